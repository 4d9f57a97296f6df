package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Cause;
import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.Eventually;
import dev.rework.embedded.FaultRow;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.Registrar;
import dev.rework.internal.ReworkHome;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What takes its time: hosts that fall silent, idle hours. */
@Tag("slow")
class MonitorHostsTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    Path dir;

    @Test
    @Tag("fault-18")
    @Tag("fault-29")
    void aSilentHostsTaskIsLostInTimeAndItsLateEndIsRefused() throws Exception {
        Registrar.register(
                db.dataSource(TestDatabase.Part.OPERATOR),
                Deeds.classes(),
                new Registrar.Options(
                        "other",
                        "deeds",
                        null,
                        List.of(),
                        new ReworkHome(dir.resolve("home").toAbsolutePath())));
        Process monitor = MonitorProgram.start(db.url(TestDatabase.Part.MONITOR), dir, OnExit.KILL, "other");
        try (Rework rework = Rework.over(db.dataSource(TestDatabase.Part.OPERATOR))) {
            Path file = dir.resolve("go");
            Task<?> task = rework.task("untilThere")
                    .domain("deeds")
                    .host("other")
                    .input(file.toString())
                    .schedule();
            long worker = Long.parseLong(Stage.runs(file));
            try (Stage here = Stage.of(db, dir)) {
                Eventually.isTrue("it is up", () -> here.monitor().id() > 0);
                ProcessTree.signal("STOP", monitor.pid());
                ProcessTree.signal("STOP", worker);
                long since = System.nanoTime();
                here.ended(task);
                Duration took = Duration.ofNanos(System.nanoTime() - since);
                assertThat(took).isBetween(Duration.ofSeconds(15), Duration.ofSeconds(25));
                FaultRow.measured(18, "a silent host's task decided after " + FaultRow.millis(took));
                assertThat(task.state()).isEqualTo(TaskState.FAILED);
                assertThat(task.cause()).isEqualTo(Cause.LOST);
                ProcessTree.signal("CONT", monitor.pid());
                ProcessTree.signal("CONT", worker);
                Eventually.isTrue(
                        "the worker has ended, with its task",
                        () -> ProcessHandle.of(worker)
                                .filter(ProcessHandle::isAlive)
                                .isEmpty());
                assertThat(db.one(String.class, "select state from rework.task where id = ?", task.id()))
                        .isEqualTo("failed");
            }
        } finally {
            ProcessTree.signal("CONT", monitor.pid());
            monitor.toHandle().destroy();
            monitor.waitFor();
        }
    }

    @Test
    void anIdleMonitorCostsTwoStatementsASecond() throws Exception {
        try (Stage stage = Stage.of(db, dir, options -> options.workers(2, 2))) {
            Eventually.isTrue(
                    "two are idle",
                    () -> stage.workers().stream()
                                    .filter(row -> row.state().equals("idle"))
                                    .count()
                            == 2);
            Quiet start = quiet();
            // What a start costs is over by then.
            Quiet before = Eventually.value(
                    "ten seconds",
                    Eventually.PATIENCE,
                    MonitorHostsTest::quiet,
                    now -> now.seconds - start.seconds > 10);
            Quiet after = Eventually.value(
                    "half a minute",
                    Eventually.PATIENCE,
                    MonitorHostsTest::quiet,
                    now -> now.seconds - before.seconds > 30);
            double perSecond = (after.transactions - before.transactions) / (after.seconds - before.seconds);
            System.out.println("idle: " + perSecond + " transactions a second, our own look included");
            // Two of ours, our own look, and now and then one of the server's own for itself.
            assertThat(perSecond).isLessThan(3);
        }
    }

    private record Quiet(double seconds, long transactions) {}

    /** From another database, so as not to count itself. */
    private static Quiet quiet() throws Exception {
        try (var connection = java.sql.DriverManager.getConnection(
                        db.jdbcUrl().replace("/" + db.name(), "/postgres"), db.user(), db.password());
                var rows = connection
                        .createStatement()
                        .executeQuery("select extract(epoch from clock_timestamp()), xact_commit + xact_rollback"
                                + " from pg_stat_database where datname = '" + db.name() + "'")) {
            rows.next();
            return new Quiet(rows.getDouble(1), rows.getLong(2));
        }
    }
}
