package dev.rework.testing.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Rework;
import dev.rework.embedded.FaultRow;
import dev.rework.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The schema is upgraded under load while a monitor and workers of an earlier version run, all under least rights, and a new
 * monitor takes over from them. What the old ones run prints, fails, waits for children, is aborted, and is made by a plan.
 */
@Tag("slow")
class UpgradeTest {

    /** What the next migration may well do: a column more in every table. */
    private static final String MADE_UP = """
            do $$
            declare
              name text;
            begin
              foreach name in array array['operation', 'registration', 'monitor', 'worker', 'plan', 'plan_watch', 'task',
                                          'attempt', 'dump', 'log', 'audit', 'sample'] loop
                execute format('alter table rework.%I add column later integer', name);
              end loop;
              insert into rework.schema_version (version, name)
              select max(version) + 1, 'later' from rework.schema_version;
            end
            $$
            """;

    private static final String LOCK_NOT_AVAILABLE = "55P03";

    @TempDir
    Path folder;

    /** Makes the schema newer; may be called by several at once. */
    @FunctionalInterface
    private interface Upgrade {
        void on(UpgradeHouse house) throws SQLException;
    }

    @Test
    @Tag("fault-35")
    void theOldWorkOnThroughTheUpgradeAndAreReplaced() throws Exception {
        replaced(old(0));
    }

    @Test
    @Tag("fault-35")
    void soDoThoseOfBeforeTheLimits() throws Exception {
        replaced(old(3));
    }

    @Test
    @Tag("fault-35")
    void soDoThoseOfBeforeRowsWereSane() throws Exception {
        replaced(old(5));
    }

    @Test
    @Tag("fault-35")
    void theseWorkOnThroughAnUpgradeToCome() throws Exception {
        OldVersion these = OldVersion.ofNow(root(), folder.resolve("these"));
        try (UpgradeHouse house = new UpgradeHouse(these, folder)) {
            MonitorProcess monitor = house.oldMonitor();
            UpgradeLoad load = house.load();
            upgraded(house, load, monitor, these, UpgradeTest::makeUp);
            Duration longest = load.end();
            assertThat(longest).isLessThan(Duration.ofSeconds(10));
            ended(house);
            assertThat(house.stop(monitor)).isZero();
            refused(house, these);
            FaultRow.measured(
                    35,
                    "a made-up upgrade with a column more in each table under " + load.scheduled()
                            + " tasks: no error, the longest schedule took " + FaultRow.millis(longest));
        }
    }

    /** Gives way to others as a migration of ours does. */
    private static void makeUp(UpgradeHouse house) throws SQLException {
        try (Connection connection = house.connect();
                Statement statement = connection.createStatement()) {
            statement.execute("set lock_timeout = '500ms'");
            long pause = TimeUnit.MILLISECONDS.toNanos(100);
            while (!made(statement)) {
                LockSupport.parkNanos(pause);
                pause = Math.min(2 * pause, TimeUnit.SECONDS.toNanos(2));
            }
        }
    }

    private static boolean made(Statement statement) throws SQLException {
        try {
            statement.execute(MADE_UP);
            return true;
        } catch (SQLException e) {
            if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                return false;
            }
            throw e;
        }
    }

    private OldVersion old(int migration) throws IOException {
        Path root = root();
        Optional<String> commit = OldVersion.before(root, migration);
        if (commit.isEmpty()) {
            FaultRow.notRun("the history before the migration is missing (a shallow clone?)");
        }
        return OldVersion.compiled(root, commit.orElseThrow(), folder.resolve("old"));
    }

    private void replaced(OldVersion old) throws Exception {
        try (UpgradeHouse house = new UpgradeHouse(old, folder)) {
            long before = house.version();
            MonitorProcess monitor = house.oldMonitor();
            UpgradeLoad load = house.load();
            upgraded(house, load, monitor, old, UpgradeTest::initDb);
            assertThat(house.version()).isGreaterThan(before);

            long lastWorker = house.lastWorker();
            MonitorProcess successor = takenOver(house, monitor);
            load.waits(true);
            house.awaitAllKinds("the new work", house.lastTask(), lastWorker, load);
            Duration longest = load.end();
            assertThat(longest).isLessThan(Duration.ofSeconds(10));
            ended(house);
            assertThat(house.stop(successor)).isZero();
            refused(house, old);
            FaultRow.measured(
                    35,
                    "schema " + before + " to " + house.version() + " under " + load.scheduled() + " tasks, " + old
                            + " alive: none lost or run twice, no error, the longest schedule took "
                            + FaultRow.millis(longest) + "; the old were refused afterwards");
        }
    }

    private static void initDb(UpgradeHouse house) {
        try (Rework rework = Rework.connect(house.url())) {
            rework.initDb();
        }
    }

    /** The old work before, during and after it, also those that begin after it. */
    private static void upgraded(
            UpgradeHouse house, UpgradeLoad load, MonitorProcess monitor, OldVersion old, Upgrade upgrade)
            throws Exception {
        house.awaitAllKinds("the old work", 0, 0, load);
        if (!old.careful()) {
            // Their tasks' clients look at the version, each at its first use.
            load.waits(false);
            Eventually.isTrue(
                    "nobody waits",
                    () -> house.number("select count(*) from rework.tasks where finished is null"
                                    + " and operation = 'waiting'")
                            == 0);
        }
        long last = house.lastTask();
        long lastWorker = house.lastWorker();
        underLocks(house, load, upgrade);
        monitor.handle()
                .children()
                .filter(Beside::isWorker)
                .findFirst()
                .orElseThrow()
                .destroyForcibly();
        house.awaitAllKinds("the old work on", last, 0, load);
        Eventually.isTrue(
                "one that was started since works too",
                () -> house.number("select count(*) from rework.task where finished is not null and worker > "
                                + lastWorker)
                        > 20);
        cleaned(house);
        long since = house.lastTask();
        Eventually.isTrue("all lines are there", () -> house.withoutLines(last, since) == 0);
        assertThat(house.errors()).isEmpty();
    }

    /** Two upgrade at once while somebody has read all tables in a transaction that goes on for a while. */
    private static void underLocks(UpgradeHouse house, UpgradeLoad load, Upgrade upgrade) throws Exception {
        try (Connection reader = house.connect();
                Statement reading = reader.createStatement()) {
            reader.setAutoCommit(false);
            for (String table : List.of("task", "worker", "plan", "audit", "monitor", "operation")) {
                reading.execute("select count(*) from rework." + table);
            }
            CompletableFuture<Void> one = CompletableFuture.runAsync(() -> run(house, upgrade));
            int scheduled = load.scheduled() + 50;
            Eventually.isTrue("work goes on while it waits", () -> load.scheduled() >= scheduled);
            reader.commit();
            one.get(2, TimeUnit.MINUTES);
        }
    }

    private static void run(UpgradeHouse house, Upgrade upgrade) {
        try {
            upgrade.on(house);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void cleaned(UpgradeHouse house) throws Exception {
        house.execute("update rework.task set finished = clock_timestamp() - interval '40 days'"
                + " where id in (select id from rework.task where state = 'done' order by id limit 50)");
        UpgradeHouse.Said cleaned = house.oldHouse("clean");
        assertThat(cleaned.code()).as(cleaned.text()).isZero();
        assertThat(house.number(
                        "select count(*) from rework.task where finished < clock_timestamp() - interval '39 days'"))
                .isZero();
    }

    /** The old monitor is killed while one of its workers runs a task, which counts when it ends. */
    private MonitorProcess takenOver(UpgradeHouse house, MonitorProcess monitor) throws Exception {
        Path release = folder.resolve("release").toAbsolutePath();
        long held = house.number("select rework.schedule('printing', '{\"folder\":\"" + house.witness()
                + "\",\"file\":\"" + release + "\"}', 'storm', priority => 100)");
        // What a monitor has read and not yet stored may die with it.
        Eventually.isTrue("the held one has begun", () -> house.lines(held) == 1);
        house.kill(monitor);
        MonitorProcess successor = house.newMonitor();
        Eventually.isTrue("the new monitor took over", () -> house.said().contains("takes over from"));
        Files.writeString(release, "");
        Eventually.isTrue(
                "the held one is done",
                () -> house.one("select state || attempt from rework.task where id = " + held)
                        .equals("done1"));
        Eventually.isTrue("with its lines", () -> house.withoutLines(held - 1, held) == 0);
        assertThat(begun(house, held)).isEqualTo(1);
        return successor;
    }

    private static long begun(UpgradeHouse house, long task) throws IOException {
        return Witness.in(house.witness()).notes().stream()
                .filter(note -> note.task() == task && !note.what().equals("end"))
                .count();
    }

    /** Everything has ended as it should, and was begun once for each attempt. */
    private static void ended(UpgradeHouse house) throws Exception {
        house.execute("delete from rework.plan");
        Eventually.isTrue(
                "all have ended", () -> house.number("select count(*) from rework.task where finished is null") == 0);
        assertThat(house.wrong()).isEmpty();
        Set<String> seen = new HashSet<>();
        for (Witness.Note note : Witness.in(house.witness()).notes()) {
            assertThat(note.what()).isNotEqualTo("TWICE");
            if (note.what().equals("begin")) {
                assertThat(seen.add(note.task() + " " + note.attempt()))
                        .as(note.toString())
                        .isTrue();
            }
        }
        assertThat(house.said()).doesNotContain("tried again", "ERROR", "Exception", "out of reach");
        assertThat(house.errors()).isEmpty();
    }

    /** Nobody of the old version may begin any more: a line each, and nothing written. */
    private static void refused(UpgradeHouse house, OldVersion old) throws Exception {
        String before = house.everything();
        for (String what : List.of("init", "schedule")) {
            UpgradeHouse.Said said = house.oldHouse(what);
            assertThat(said.code()).as(said.text()).isEqualTo(4);
            assertThat(said.text().strip().lines()).hasSize(1);
            assertThat(said.text()).contains("at version " + house.version()).contains("use a newer rework");
        }
        if (old.careful()) {
            MonitorProcess monitor = house.oldMonitor();
            monitor.handle().onExit().get(1, TimeUnit.MINUTES);
            assertThat(house.said()).contains("SchemaMismatch: the rework schema is at version " + house.version());
        }
        assertThat(house.everything()).isEqualTo(before);
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("mvnw"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
