package dev.rework.ancestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.rework.Cause;
import dev.rework.JoinTimeout;
import dev.rework.LogLine;
import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.TaskFailed;
import dev.rework.TaskSnapshot;
import dev.rework.TaskState;
import dev.rework.internal.db.WorkerRow;
import dev.rework.testing.ReworkLab;
import dev.rework.testing.TestMonitor;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks as the Python rework's tests run them, by one stepped monitor with two workers for all of these tests. */
class AncestorTasksTest {

    private static ReworkLab lab;
    private static Rework rework;
    private static TestMonitor monitor;

    @BeforeAll
    static void begin() throws Exception {
        lab = ReworkLab.open("AncestorTasks", "default");
        lab.register(AncestorOperations.class);
        rework = lab.rework();
        monitor = lab.monitor()
                .options(options -> options.workers(2, 2).jvmOptions(List.of("-Xmx64m", "-XX:TieredStopAtLevel=1")));
    }

    @AfterAll
    static void end() throws Exception {
        lab.close();
    }

    private static List<String> printed(Task<?> task) {
        return task.logs().stream().map(LogLine::line).toList();
    }

    private static WorkerRow deadWorkerOf(Task<?> task) {
        Long id = task.snapshot().worker();
        assertThat(id).isNotNull();
        monitor.stepUntil(
                "worker " + id + " is dead",
                () -> WorkerRows.of(lab, id).state().equals("dead"));
        return WorkerRows.of(lab, id);
    }

    private static void abort(Task<?> task) {
        task.abort("the test is over");
        monitor.stepUntilEnd(task);
    }

    @Test
    @DisplayName("M04 raw bytes go in and come out; reading them as something typed is an error")
    void m04() {
        byte[] raw = {0, 1, (byte) 0xff, 'B'};
        Task<Object> task =
                monitor.stepUntilEnd(rework.task("raw_input").rawInput(raw).schedule());
        assertThat(task.rawInput()).isEqualTo(raw);
        assertThat(task.rawOutput()).endsWith(" and Celeste".getBytes(StandardCharsets.UTF_8));
        assertThatIllegalStateException().isThrownBy(task::output).withMessageContaining("rawOutput()");
        assertThat(task.output(byte[].class)).isEqualTo(task.rawOutput());

        Task<Object> typed =
                monitor.stepUntilEnd(rework.task("typed_input").rawInput(raw).schedule());
        assertThat(typed.state()).isEqualTo(TaskState.FAILED);
        assertThat(typed.reason()).contains("raw bytes were given: read them with rawInput()");

        Task<Object> crashed = monitor.stepUntilEnd(rework.schedule("unstopable_death"));
        assertThat(crashed.rawInput()).isNull();
        assertThatExceptionOfType(TaskFailed.class).isThrownBy(crashed::rawOutput);
    }

    @Test
    @DisplayName("M07 a task is queued, runs and is done, with its output")
    void m07() {
        Task<Object> number = rework.schedule("print_sleep_and_go_away", 21);
        assertThat(number.state()).isEqualTo(TaskState.QUEUED);
        assertThat(number.snapshot().worker()).isNull();
        monitor.stepUntilEnd(number);
        assertThat(number.state()).isEqualTo(TaskState.DONE);
        assertThat(number.output(Integer.class)).isEqualTo(42);
        assertThat(number.snapshot().worker()).isNotNull();
        assertThat(monitor.stepUntilEnd(rework.schedule("print_sleep_and_go_away", "a", String.class))
                        .output())
                .isEqualTo("aa");
    }

    @Test
    @DisplayName("M11 raw bytes make their way through a worker")
    void m11() {
        Task<Object> task = rework.task("raw_input")
                .rawInput("Babar".getBytes(StandardCharsets.UTF_8))
                .schedule();
        assertThat(monitor.stepUntilEnd(task).rawOutput()).asString().isEqualTo("Babar and Celeste");
    }

    @Test
    @DisplayName(
            "M16 a join may time out; a busy task is seen busy; an abort is asked for, then done; stamps are in order")
    void m16() {
        Task<Object> task = rework.schedule("infinite_loop", true);
        monitor.stepUntil(task, TaskState.RUNNING);
        assertThatExceptionOfType(JoinTimeout.class)
                .isThrownBy(() -> task.join(Duration.ofMillis(10)))
                .satisfies(late -> assertThat(late.task()).isEqualTo(task.id()))
                .satisfies(late -> assertThat(late.state()).isEqualTo(TaskState.RUNNING));
        Long worker = task.snapshot().worker();
        assertThat(worker).isNotNull();
        monitor.stepUntil(
                "its worker is seen busy", () -> WorkerRows.of(lab, worker).cpuPercent() > 0);
        assertThat(task.abort("no longer needed")).isTrue();
        assertThat(task.state()).isEqualTo(TaskState.ABORTING);
        monitor.stepUntilEnd(task);

        TaskSnapshot seen = task.snapshot();
        assertThat(seen.state()).isEqualTo(TaskState.ABORTED);
        assertThat(seen.cause()).isEqualTo(Cause.ABORT);
        assertThat(seen.reason()).isEqualTo("no longer needed");
        assertThat(seen.started()).isAfter(seen.queued());
        assertThat(seen.finished()).isAfter(seen.started());
        assertThat(deadWorkerOf(task).deathinfo()).startsWith("preemptive kill at ");
    }

    @Test
    @DisplayName("M17 the hard exit of a worker's process is noticed; its task has ended")
    void m17() {
        Task<Object> task = monitor.stepUntilEnd(rework.schedule("unstopable_death"));
        assertThat(task.state()).isEqualTo(TaskState.FAILED);
        assertThat(task.cause()).isEqualTo(Cause.CRASH);
        assertThat(task.reason()).isEqualTo("exit code 0");
        assertThat(task.snapshot().finished()).isAfter(task.snapshot().queued());
        assertThat(deadWorkerOf(task).deathinfo()).isEqualTo("Unaccounted death (hard crash): exit code 0");
    }

    @Test
    @DisplayName("M20 the lines of two tasks that run at the same time are kept apart, and read on from an id")
    void m20(@TempDir Path folder) {
        List<Task<Object>> tasks = rework.scheduleAll("capture_logs", List.of(folder.toString(), folder.toString()));
        tasks.forEach(monitor::stepUntilEnd);
        for (Task<Object> task : tasks) {
            List<LogLine> lines = task.logs();
            assertThat(lines)
                    .extracting(LogLine::line)
                    .containsExactly("one of " + task.id(), "two of " + task.id(), "three of " + task.id());
            assertThat(lines).extracting(LogLine::stream).containsExactly("stdout", "stderr", "stdout");
            assertThat(task.logs(lines.get(0).id())).isEqualTo(lines.subList(1, 3));
        }
    }

    @Test
    @DisplayName("M21 249 lines keep their order, and the cursor works")
    void m21() {
        Task<Object> task = monitor.stepUntilEnd(rework.schedule("log_swarm"));
        List<LogLine> lines = task.logs();
        assertThat(lines)
                .extracting(LogLine::line)
                .isEqualTo(IntStream.range(1, 250)
                        .mapToObj(i -> "I will fill your disk with " + i)
                        .toList());
        assertThat(lines).extracting(LogLine::id).isSorted().doesNotHaveDuplicates();
        assertThat(task.logs(lines.get(99).id())).hasSize(149);
    }

    @Test
    @DisplayName("M22 whatever is printed past everything blocks no worker")
    void m22() {
        assertThat(monitor.stepUntilEnd(rework.schedule("stderr_swarm", null, Integer.class))
                        .output())
                .isEqualTo(42);
    }

    @Test
    @DisplayName("M26 overdue tasks are aborted, others untouched; long durations keep their value")
    void m26() {
        Task<Object> patient = rework.schedule("infinite_loop_long_timeout");
        monitor.stepUntil(patient, TaskState.RUNNING);
        Task<Object> finished = monitor.stepUntilEnd(rework.schedule("long_timeout"));
        List<Task<Object>> late =
                List.of(rework.schedule("infinite_loop_timeout"), rework.schedule("infinite_loop_timeout"));
        for (Task<Object> task : late) {
            monitor.stepUntilEnd(task);
            assertThat(task.state()).isEqualTo(TaskState.ABORTED);
            assertThat(task.cause()).isEqualTo(Cause.TIMEOUT);
            assertThat(task.reason()).isEqualTo("ran longer than PT1S");
        }
        assertThat(patient.state()).isEqualTo(TaskState.RUNNING);
        assertThat(finished.state()).isEqualTo(TaskState.DONE);
        assertThat(Duration.ofMillis(
                        lab.database().number("select timeout_ms from rework.operation where name = 'long_timeout'")))
                .isEqualTo(Duration.ofDays(61).plus(Duration.parse("PT12H45M30S")));
        abort(patient);
    }

    @Test
    @DisplayName("X01 a task says hello")
    void x01() {
        Task<Object> task = monitor.stepUntilEnd(rework.schedule("basic"));
        assertThat(task.state()).isEqualTo(TaskState.DONE);
        assertThat(printed(task)).containsExactly("running basic");
    }

    @Test
    @DisplayName("X02 a task fails, and says how")
    void x02() {
        Task<Object> task = monitor.stepUntilEnd(rework.schedule("normal_exception"));
        assertThat(task.state()).isEqualTo(TaskState.FAILED);
        assertThat(task.cause()).isEqualTo(Cause.ERROR);
        assertThat(task.error()).contains("oops in the ancestor's way", "AncestorOperations.normal_exception");
    }

    @Test
    @DisplayName("X03 a task that never ends is aborted")
    void x03() {
        Task<Object> task = rework.schedule("infinite_loop");
        monitor.stepUntil(task, TaskState.RUNNING);
        abort(task);
        assertThat(task.state()).isEqualTo(TaskState.ABORTED);
    }

    @Test
    @DisplayName("X05 inputs with defaults are filled in")
    void x05() {
        Task<String> few = rework.schedule("inputs_with_defaults", Map.of("name", "pears"), String.class);
        assertThat(monitor.stepUntilEnd(few).output()).isEqualTo("3 red pears");
        Task<String> all =
                rework.schedule("inputs_with_defaults", new AncestorOperations.Order("plums", 7, "blue"), String.class);
        assertThat(monitor.stepUntilEnd(all).output()).isEqualTo("7 blue plums");
    }

    @Test
    @DisplayName("X06 a task schedules a child, joins it and saves its own output")
    void x06() {
        Task<String> task = rework.schedule("parent", null, String.class);
        assertThat(monitor.stepUntilEnd(task).output()).isEqualTo("the child said: 2 blue apples");
    }

    @Test
    @DisplayName("W31 a line is there while its task goes on, and is not lost when it is killed")
    void w31() {
        Task<Object> task = rework.schedule("print_and_go_on");
        monitor.stepUntil("its line is stored", () -> printed(task).contains("said at once"));
        assertThat(task.state()).isEqualTo(TaskState.RUNNING);
        abort(task);
        assertThat(printed(task)).containsExactly("said at once");
    }
}
