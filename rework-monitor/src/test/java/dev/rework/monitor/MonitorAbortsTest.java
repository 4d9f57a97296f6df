package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Cause;
import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.db.DumpStore;
import dev.rework.internal.db.TaskStore;
import dev.rework.internal.db.WorkerRow;
import dev.rework.internal.db.WorkerStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What is ended on purpose, against real processes. */
class MonitorAbortsTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    static Path dir;

    private static Stage stage;

    @BeforeAll
    static void begin() {
        stage = Stage.of(db, dir);
    }

    @AfterAll
    static void end() throws Exception {
        stage.close();
    }

    private final WorkerStore workers = new WorkerStore(TaskStore.jdbi(db.dataSource(TestDatabase.Part.OPERATOR)));

    private static long workerOf(Task<?> task) {
        return db.number("select worker from rework.task where id = ?", task.id());
    }

    @Test
    @DisplayName("W04 the reason of an abort is kept, also when the worker had to be killed")
    @Tag("fault-5")
    void aTaskThatIgnoresItsInterruptIsKilledSoonAndItsDumpKept() {
        Path file = dir.resolve("deaf");
        Task<?> task = stage.schedule("deaf", file.toString());
        String pid = Stage.runs(file);
        long asked = System.nanoTime();
        task.abort("enough");
        stage.ended(task);
        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(25));
        assertThat(task.state()).isEqualTo(TaskState.ABORTED);
        assertThat(task.cause()).isEqualTo(Cause.ABORT);
        assertThat(task.reason()).isEqualTo("enough");
        assertThat(ProcessHandle.of(Long.parseLong(pid)).filter(ProcessHandle::isAlive))
                .isEmpty();
        assertThat(stage.dead(workerOf(task)).deathinfo()).startsWith("preemptive kill at ");
        Eventually.isTrue(
                "its dump is stored",
                () -> db.number(
                                "select count(*) from rework.dump where task = ? and content like '%Deeds.spin%'",
                                task.id())
                        == 1);
        assertThat(stage.ended(stage.schedule("noop")).state()).isEqualTo(TaskState.DONE);
    }

    @Test
    void aDumpIsTakenOfARunningTaskWhenSomebodyAsks() {
        Path file = dir.resolve("dumped");
        Task<?> task = stage.schedule("untilThere", file.toString());
        Stage.runs(file);
        DumpStore dumps = new DumpStore(TaskStore.jdbi(db.dataSource(TestDatabase.Part.OPERATOR)));
        assertThat(dumps.request(task.id())).isTrue();
        Eventually.isTrue("it is there", () -> !dumps.of(task.id()).isEmpty());
        assertThat(dumps.of(task.id()).get(0).content()).contains("Deeds.untilThere");
        assertThat(task.state()).isEqualTo(TaskState.RUNNING);
        touch(file);
        stage.ended(task);
        assertThat(dumps.request(task.id())).isFalse();
    }

    @Test
    @Tag("fault-7")
    void noneOfItsProcessesSurvivesAnAbort() {
        Path file = dir.resolve("forks");
        Task<?> task = stage.schedule("fork", file.toString());
        String tag = Stage.runs(file);
        assertThat(ProcessTree.tagged(tag)).hasSizeGreaterThanOrEqualTo(6);
        task.abort("enough");
        stage.ended(task);
        assertThat(task.state()).isEqualTo(TaskState.ABORTED);
        assertThat(ProcessTree.tagged(tag)).isEmpty();
    }

    @Test
    @DisplayName("W05 an aborted task may clean up within its grace")
    void whoHasAGraceMayCleanUpAndItsWorkerLives() {
        Path file = dir.resolve("polite");
        Task<?> task = stage.schedule("polite", file.toString());
        Stage.runs(file);
        long worker = workerOf(task);
        task.abort("please");
        stage.ended(task);
        assertThat(Files.exists(Path.of(file + ".cleaned"))).isTrue();
        assertThat(task.state().isFinal()).isTrue();
        Task<?> next = stage.ended(stage.schedule("noop"));
        assertThat(workerOf(next)).isEqualTo(worker);
    }

    @Test
    @DisplayName("W01 a timeout hits what runs too long, never what ended in time or its successor")
    @Tag("fault-6")
    void aTimeoutHitsWhatRunsTooLongAndNothingElse() {
        Task<?> quick = stage.schedule("halfASecond");
        Task<?> next = stage.schedule("untilThere", dir.resolve("go").toString());
        assertThat(stage.ended(quick).state()).isEqualTo(TaskState.DONE);
        Stage.runs(dir.resolve("go"));
        assertThat(workerOf(next)).isEqualTo(workerOf(quick));
        Eventually.isTrue(
                "the quick one's timeout has passed twice",
                () -> db.number(
                                "select count(*) from rework.task where id = ? and started < clock_timestamp() - interval '2 s'",
                                quick.id())
                        == 1);
        assertThat(quick.state()).isEqualTo(TaskState.DONE);
        assertThat(next.state()).isEqualTo(TaskState.RUNNING);
        touch(dir.resolve("go"));
        assertThat(stage.ended(next).state()).isEqualTo(TaskState.DONE);

        Task<?> late = stage.schedule("tooLong");
        stage.ended(late);
        assertThat(late.state()).isEqualTo(TaskState.ABORTED);
        assertThat(late.cause()).isEqualTo(Cause.TIMEOUT);
        assertThat(late.reason()).isEqualTo("ran longer than PT1S");
        Eventually.isTrue(
                "what it did then is stored",
                () -> db.number(
                                "select count(*) from rework.dump where task = ? and content like '%Deeds.spin%'",
                                late.id())
                        == 1);
    }

    private static void touch(Path file) {
        try {
            Files.writeString(file, "");
        } catch (java.io.IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    @Tag("fault-6")
    void aTimeoutUsesTheRetries() {
        Task<?> task = stage.ended(stage.schedule("secondTimeLucky"));
        assertThat(task.output(String.class)).isEqualTo("attempt 2");
        assertThat(db.one(String.class, "select cause from rework.attempt where task = ?", task.id()))
                .isEqualTo("timeout");
    }

    @Test
    @DisplayName("M13 a worker is killed on request, and says so")
    void aKilledWorkersTaskIsAbortedAndTheWorkerSaysSo() {
        Path file = dir.resolve("kill");
        Task<?> task = stage.schedule("deaf", file.toString());
        Stage.runs(file);
        long worker = workerOf(task);
        assertThat(workers.requestKill(worker, "from the command line")).isEqualTo(WorkerStore.Answer.ASKED);
        stage.ended(task);
        assertThat(task.state()).isEqualTo(TaskState.ABORTED);
        assertThat(task.reason()).isEqualTo("from the command line");
        assertThat(stage.dead(worker).deathinfo()).startsWith("preemptive kill at ");
    }

    @Test
    @DisplayName("M12 a worker told to stop ends after its task and says why")
    void aWorkerToldToStopEndsAfterItsTask() {
        Path file = dir.resolve("stop");
        Task<?> task = stage.schedule("untilThere", file.toString());
        Stage.runs(file);
        long worker = workerOf(task);
        workers.requestStop(worker, "from the command line");
        Eventually.isTrue("it is stopping", () -> stage.worker(worker).state().equals("stopping"));
        assertThat(task.state()).isEqualTo(TaskState.RUNNING);
        touch(file);
        assertThat(stage.ended(task).state()).isEqualTo(TaskState.DONE);
        assertThat(stage.dead(worker)).extracting(WorkerRow::deathinfo).isEqualTo("explicit shutdown");
        assertThat(stage.ended(stage.schedule("noop")).state()).isEqualTo(TaskState.DONE);
    }

    @Test
    @DisplayName("W03 a queued task is cancelled at once and never runs")
    void queuedTasksAreCancelledAndNeverRun() {
        Path file = dir.resolve("busy");
        Path never = dir.resolve("never");
        Task<?> busy = stage.schedule("untilThere", file.toString());
        Stage.runs(file);
        Task<?> queued = stage.schedule("note", never.toString());
        queued.abort("not needed");
        stage.ended(queued);
        assertThat(queued.cause()).isEqualTo(Cause.CANCELLED);
        touch(file);
        stage.ended(busy);
        stage.ended(stage.schedule("noop"));
        assertThat(Files.exists(never)).isFalse();
    }

    /** Its row says that a worker has it, the worker has another one: an abort must not be the end of that. */
    @Test
    void anAbortOfWhatItsWorkerDoesNotHoldHitsNoInnocent() {
        Path file = dir.resolve("innocent");
        Task<?> innocent = stage.schedule("untilThere", file.toString());
        Stage.runs(file);
        long stray = db.number(
                "with made as (insert into rework.task (operation, worker, state, cause, attempt)"
                        + " select t.operation, t.worker, 'aborting', 'abort', 1 from rework.task t where t.id = ?"
                        + " returning id, worker)"
                        + " update rework.worker w set holding = w.holding || m.id from made m where w.id = m.worker"
                        + " returning m.id",
                innocent.id());
        Eventually.isTrue(
                "it is cancelled",
                () -> "aborted cancelled"
                        .equals(db.one(
                                String.class, "select state || ' ' || cause from rework.task where id = ?", stray)));
        touch(file);
        assertThat(stage.ended(innocent).state()).isEqualTo(TaskState.DONE);
        assertThat(innocent.snapshot().attempt()).isOne();
    }
}
