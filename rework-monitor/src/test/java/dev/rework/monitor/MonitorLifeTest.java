package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rework.Cause;
import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.db.WorkerRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Starts, ends and sizes of monitors in this JVM, with real workers. */
class MonitorLifeTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    Path dir;

    private static long workerOf(Task<?> task) {
        return db.number("select worker from rework.task where id = ?", task.id());
    }

    private Path running(Stage stage, String name, List<Task<?>> tasks) {
        Path file = dir.resolve(name);
        tasks.add(stage.schedule("untilThere", file.toString()));
        Stage.runs(file);
        return file;
    }

    @Test
    @Tag("fault-16")
    void itDrainsWhenToldToStopAndTakesNothingNew() throws Exception {
        try (Stage stage = Stage.of(db, dir)) {
            List<Task<?>> tasks = new ArrayList<>();
            Path file = running(stage, "go", tasks);
            stage.monitor().stop();
            Eventually.isTrue("its workers are told", () -> stage.said().contains("no new tasks begin"));
            Task<?> later = stage.schedule("noop");
            Files.writeString(file, "");
            assertThat(stage.ended(tasks.get(0)).state()).isEqualTo(TaskState.DONE);
            stage.stop();
            assertThat(later.state()).isEqualTo(TaskState.QUEUED);
            assertThat(stage.dead(workerOf(tasks.get(0))).deathinfo()).isEqualTo("monitor exit");
            assertThat(db.number("select count(*) from rework.monitor where ended is null"))
                    .isZero();
            later.abort("the end");
        }
    }

    @Test
    @DisplayName("M18 a pool closed while a task runs leaves it aborted, with the reason")
    @Tag("fault-16")
    void aSecondSignalAbortsWhatStillRuns() throws Exception {
        List<Task<?>> tasks = new ArrayList<>();
        Stage stage = Stage.of(db, dir);
        try (stage) {
            tasks.add(stage.schedule("deaf", dir.resolve("deaf").toString()));
            Stage.runs(dir.resolve("deaf"));
        }
        Task<?> task = tasks.get(0);
        assertThat(db.one(String.class, "select state || cause || reason from rework.task where id = ?", task.id()))
                .isEqualTo("abortedabortmonitor exit");
        assertThat(stage.worker(workerOf(task)).deathinfo()).isEqualTo("monitor exit");
    }

    @Test
    @Tag("fault-16")
    void theGraceIsBounded() throws Exception {
        try (Stage stage = Stage.of(db, dir, options -> options.grace(Duration.ofMillis(300)))) {
            Task<?> task = stage.schedule("deaf", dir.resolve("deaf").toString());
            Stage.runs(dir.resolve("deaf"));
            stage.stop();
            assertThat(task.state()).isEqualTo(TaskState.ABORTED);
        }
    }

    @Test
    @Tag("fault-17")
    void aSecondMonitorIsRefused() throws Exception {
        try (Stage stage = Stage.of(db, dir)) {
            Eventually.isTrue("it is up", () -> stage.monitor().id() > 0);
            Monitor second = new Monitor(
                    DatabaseAddress.parse(db.url(TestDatabase.Part.MONITOR)),
                    Stage.options(dir).build(),
                    MonitorListener.NONE);
            assertThatThrownBy(second::run)
                    .isInstanceOf(MonitorRefused.class)
                    .hasMessageContaining("#" + stage.monitor().id());
            // Within a second; other things that this machine does may make some of the tries longer.
            Eventually.isTrue("it is refused at once", () -> refusedWithin(Duration.ofSeconds(1)));
        }
    }

    private boolean refusedWithin(Duration most) {
        Monitor second = new Monitor(
                DatabaseAddress.parse(db.url(TestDatabase.Part.MONITOR)),
                Stage.options(dir).build(),
                MonitorListener.NONE);
        long began = System.nanoTime();
        assertThatThrownBy(second::run).isInstanceOf(MonitorRefused.class);
        return System.nanoTime() - began < most.toNanos();
    }

    @Test
    void withoutListeningEverythingHappensALittleLater() throws Exception {
        try (Stage stage = Stage.polling(db, dir)) {
            Task<?> task = stage.schedule("deaf", dir.resolve("deaf").toString());
            Stage.runs(dir.resolve("deaf"));
            assertThat(db.number("select count(*) from pg_stat_activity where datname = current_database()"
                            + " and application_name = 'rework:monitor-listen'"))
                    .isZero();
            task.abort("enough");
            assertThat(stage.ended(task).state()).isEqualTo(TaskState.ABORTED);
            assertThat(stage.ended(stage.schedule("noop")).state()).isEqualTo(TaskState.DONE);
        }
    }

    @Test
    void workersHaveTheHeapAndTheOptionsTheyAreGiven() throws Exception {
        List<String> given = List.of("-Xmx48m", "-Dmark=hello world");
        try (Stage stage = Stage.of(db, dir, options -> options.jvmOptions(given))) {
            String[] seen = stage.ended(stage.schedule("jvm", "mark"))
                    .output(String.class)
                    .split(" ", 2);
            assertThat(Integer.parseInt(seen[0])).isBetween(40, 48);
            assertThat(seen[1]).isEqualTo("hello world");
        }
    }

    @Test
    @DisplayName("W38 a worker that ends after its runs is dead with its reason and time")
    void aWorkerEndsAfterItsRunsAndAnotherFollows() throws Exception {
        try (Stage stage = Stage.of(db, dir, options -> options.maxRuns(2))) {
            List<Long> workers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                workers.add(workerOf(stage.ended(stage.schedule("noop"))));
            }
            assertThat(workers.get(0)).isEqualTo(workers.get(1)).isNotEqualTo(workers.get(2));
            assertThat(workers.get(2)).isEqualTo(workers.get(3));
            assertThat(stage.dead(workers.get(0)).deathinfo()).contains("maxruns");
        }
    }

    @Test
    void theSuccessorStandsReadyWhileTheLastRunGoesOnAndTakesNothingBefore() throws Exception {
        try (Stage stage = Stage.of(db, dir, options -> options.maxRuns(1))) {
            Path file = dir.resolve("last");
            Task<?> last = stage.schedule("untilThere", file.toString());
            Stage.runs(file);
            Task<?> next = stage.schedule("noop");
            Eventually.isTrue(
                    "a second one is up",
                    () -> stage.workers().stream()
                                    .filter(row -> row.state().equals("idle"))
                                    .count()
                            == 1);
            assertThat(stage.workers())
                    .filteredOn(row -> !row.state().equals("dead"))
                    .hasSize(2);
            assertThat(next.state()).isEqualTo(TaskState.QUEUED);
            Files.createFile(file);
            assertThat(workerOf(stage.ended(next))).isNotEqualTo(workerOf(stage.ended(last)));
        }
    }

    @Test
    @DisplayName("W35 what passes the memory limit while it runs is killed, with its own cause")
    void whatPassesTheHardLimitIsKilledWithItsCause() throws Exception {
        try (Stage stage =
                Stage.of(db, dir, options -> options.hardMemoryMb(250).jvmOptions(List.of("-Xmx600m")))) {
            Task<?> task = stage.ended(stage.schedule("eatSome", 400));
            assertThat(task.state()).isEqualTo(TaskState.FAILED);
            assertThat(task.cause()).isEqualTo(Cause.MEMORY);
            assertThat(task.reason()).contains("250 MiB are allowed");
            assertThat(db.number("select peak_mb from rework.task where id = ?", task.id()))
                    .isGreaterThan(250);
        }
    }

    @Test
    @DisplayName("W13 a child joined by its parent does not block a pool of one")
    void aTaskThatJoinsAChildDoesNotBlockAPoolOfOne() throws Exception {
        try (Stage stage = Stage.of(db, dir)) {
            assertThat(stage.ended(stage.schedule("child")).output(String.class))
                    .isEqualTo("child said ok");
        }
    }

    @Test
    @Tag("fault-39")
    void workersThatCannotStartAreShownAndNotTriedTooOften() throws Exception {
        try (Stage stage = Stage.of(db, dir, options -> options.jvmOptions(List.of("-XX:NoSuchFlag")))) {
            Eventually.isTrue(
                    "it says so",
                    () -> stage.said().stream()
                            .anyMatch(line -> line.contains("before it reported in") && line.contains("next try in")));
            assertThat(stage.said()).anyMatch(line -> line.contains("NoSuchFlag"));
            Eventually.isTrue("it backs off", () -> stage.said().stream().anyMatch(line -> line.contains("in 2 s")));
            assertThat(stage.workers().stream().filter(row -> stage.monitor().id() == row.monitor()))
                    .isNotEmpty()
                    .allSatisfy(row -> assertThat(row.started()).isNull());
        }
    }

    /** A JVM that waits for a debugger never reports in. */
    @Test
    @Tag("slow")
    @Tag("fault-39")
    void aStartThatHangsIsEndedAndTriedEverLessOften() throws Exception {
        List<String> hangs = List.of("-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=127.0.0.1:0");
        try (Stage stage =
                Stage.of(db, dir, options -> options.jvmOptions(hangs).startTimeout(Duration.ofSeconds(2)))) {
            Eventually.isTrue("it backs off", () -> stage.said().stream().anyMatch(line -> line.contains("in 2 s")));
            assertThat(stage.workers().stream().filter(row -> stage.monitor().id() == row.monitor()))
                    .hasSizeBetween(2, 10)
                    .allSatisfy(row -> assertThat(row.started()).isNull());
        }
    }

    @Test
    void thePoolGrowsWithTheQueueAndShrinksAgain() throws Exception {
        try (Stage stage = Stage.of(db, dir, options -> options.workers(0, 2).linger(Duration.ofMillis(100)))) {
            Eventually.isTrue("it is up", () -> stage.monitor().id() > 0);
            assertThat(stage.monitor().workers()).isZero();
            List<Task<?>> tasks = new ArrayList<>();
            Path one = running(stage, "one", tasks);
            Path two = running(stage, "two", tasks);
            assertThat(stage.monitor().workers()).isEqualTo(2);
            Task<?> third = stage.schedule("noop");
            assertThat(third.state()).isEqualTo(TaskState.QUEUED);
            Files.writeString(one, "");
            stage.ended(third);
            Files.writeString(two, "");
            tasks.forEach(stage::ended);
            Eventually.isTrue("nobody is left", () -> stage.monitor().workers() == 0);
            assertThat(stage.dead(workerOf(third)))
                    .extracting(WorkerRow::deathinfo)
                    .isEqualTo("explicit shutdown");
        }
    }

    @Test
    void whatIsScheduledForLaterRunsOnceItIsDue() throws Exception {
        try (Stage stage = Stage.of(db, dir)) {
            Task<?> later = stage.rework()
                    .task("noop")
                    .domain("deeds")
                    .delay(Duration.ofMillis(700))
                    .schedule();
            stage.ended(later);
            assertThat(db.number(
                            "select count(*) from rework.task where id = ? and started >= run_at"
                                    + " and run_at >= queued + interval '0.1 s'"
                                    + " and started < run_at + interval '30 s'",
                            later.id()))
                    .isEqualTo(1);
        }
    }

    @Test
    @DisplayName("W12 a cut database ends no monitor, no worker and no task")
    @Tag("fault-20")
    void aCutConnectionEndsNothing() throws Exception {
        try (Stage stage = Stage.of(db, dir)) {
            List<Task<?>> tasks = new ArrayList<>();
            Path file = running(stage, "go", tasks);
            db.execute("select pg_terminate_backend(pid) from pg_stat_activity"
                    + " where datname = current_database() and pid <> pg_backend_pid()");
            Task<?> next = stage.schedule("noop");
            Files.writeString(file, "");
            assertThat(stage.ended(tasks.get(0)).state()).isEqualTo(TaskState.DONE);
            assertThat(stage.ended(next).state()).isEqualTo(TaskState.DONE);
        }
    }
}
