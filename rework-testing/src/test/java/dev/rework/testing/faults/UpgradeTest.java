package dev.rework.testing.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Rework;
import dev.rework.embedded.EmbeddedPostgres;
import dev.rework.embedded.FaultRow;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.Registrar;
import dev.rework.internal.ReworkHome;
import dev.rework.testing.Eventually;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The schema is upgraded while workers of the previous version run, and those are replaced one host after the other. */
@Tag("slow")
class UpgradeTest {

    @TempDir
    Path folder;

    private String url = "";
    private volatile boolean over;
    private int scheduled;
    private Duration longest = Duration.ZERO;

    @Test
    @Tag("fault-35")
    void theOldWorkOnThroughTheUpgradeAndAreReplaced() throws Exception {
        Path root = root();
        Optional<String> commit = OldVersion.commit(root);
        if (commit.isEmpty()) {
            FaultRow.notRun("the history before the newest migration is missing (a shallow clone?)");
        }
        OldVersion old = OldVersion.compiled(root, commit.orElseThrow(), folder.resolve("old"));
        EmbeddedPostgres server = EmbeddedPostgres.at(folder.resolve("server"));
        url = server.start().url();
        MonitorProcess.Seat oldSeat = Beside.seat(url, "old", 2, folder);
        assertThat(oldHouse(old, oldSeat)).isEqualTo(0);
        long before = number("select max(version) from rework.schema_version");
        MonitorProcess oldMonitor =
                MonitorProcess.start(oldSeat, new MonitorProcess.Way(List.of(), Map.of(), old.classpath()));
        MonitorProcess newMonitor = null;
        try {
            CompletableFuture<Void> load = CompletableFuture.runAsync(this::load);
            Eventually.isTrue(
                    "the old work", () -> number("select count(*) from rework.task where state = 'done'") > 50);
            try (Rework rework = Rework.connect(url)) {
                rework.initDb();
            }
            long after = number("select max(version) from rework.schema_version");
            assertThat(after).isGreaterThan(before);
            long done = number("select count(*) from rework.task where state = 'done'");
            killAWorkerBetweenTasks(oldMonitor);
            Eventually.isTrue(
                    "the old work on, with a worker started since",
                    () -> number("select count(*) from rework.task where state = 'done'") > done + 200);
            newMonitor = MonitorProcess.start(newSeat(old), MonitorProcess.Way.PLAIN);
            Eventually.isTrue(
                    "the new work beside them",
                    () -> number("select count(*) from rework.task t join rework.worker w on w.id = t.worker"
                                    + " where w.host = 'new' and t.state = 'done'")
                            > 100);
            stop(oldMonitor);
            over = true;
            load.get(1, TimeUnit.MINUTES);
            Eventually.isTrue(
                    "all have ended", () -> number("select count(*) from rework.task where finished is null") == 0);
            assertThat(number("select count(*) from rework.task where state <> 'done'"))
                    .isZero();
            assertThat(Witness.in(folder.resolve("witness")).notes().stream()
                            .filter(note -> note.what().equals("begin")))
                    .hasSizeBetween(scheduled, scheduled + 2);
            assertThat(Files.readString(oldSeat.log()))
                    .doesNotContain("failed and is tried again", "ERROR", "Exception");
            assertThat(longest).isLessThan(Duration.ofSeconds(10));
            assertThat(oldHouse(old, oldSeat)).as("a downgrade is refused").isNotEqualTo(0);
            assertThat(number("select max(version) from rework.schema_version")).isEqualTo(after);
            FaultRow.measured(
                    35,
                    "schema " + before + " to " + after + " under " + scheduled + " tasks, workers of " + old.commit()
                            + " alive: 0 failed, the longest schedule took " + FaultRow.millis(longest)
                            + "; the downgrade was refused");
        } finally {
            over = true;
            stop(oldMonitor);
            if (newMonitor != null) {
                stop(newMonitor);
            }
            server.stop();
        }
    }

    private MonitorProcess.Seat newSeat(OldVersion old) {
        MonitorProcess.Seat seat = Beside.seat(url, "new", 2, folder);
        Registrar.register(
                DatabaseAddress.parse(url).dataSource("test"),
                old.operations(),
                new Registrar.Options(
                        "new",
                        StormOperations.DOMAIN,
                        null,
                        java.util.stream.Stream.of(
                                        System.getProperty("java.class.path").split(java.io.File.pathSeparator))
                                .map(Path::of)
                                .toList(),
                        seat.home()));
        return seat;
    }

    private int oldHouse(OldVersion old, MonitorProcess.Seat seat) throws IOException, InterruptedException {
        ReworkHome home = seat.home();
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        old.classpath(),
                        OldHouse.class.getName(),
                        home.path().toString(),
                        seat.host(),
                        old.operations().toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("old-house.log").toFile())
                .start();
        try (OutputStream in = process.getOutputStream()) {
            in.write((url + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return process.waitFor();
    }

    /** Fifty a second, from SQL as any version may: what the old client's classes would do, nobody else has here. */
    private void load() {
        String input = "{\"folder\":\"" + folder.resolve("witness").toAbsolutePath() + "\",\"file\":\"\"}";
        try (Connection connection = connect();
                PreparedStatement schedule =
                        connection.prepareStatement("select rework.schedule('heldAgain', ?::json, 'storm')")) {
            while (!over) {
                long since = System.nanoTime();
                schedule.setString(1, input);
                schedule.execute();
                scheduled++;
                Duration took = Duration.ofNanos(System.nanoTime() - since);
                longest = took.compareTo(longest) > 0 ? took : longest;
                LockSupport.parkNanos(20_000_000);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void killAWorkerBetweenTasks(MonitorProcess monitor) {
        monitor.handle().children().filter(Beside::isWorker).findFirst().ifPresent(ProcessHandle::destroyForcibly);
    }

    private static void stop(MonitorProcess monitor) {
        List<ProcessHandle> workers = monitor.handle().descendants().toList();
        monitor.handle().destroy();
        monitor.handle().onExit().orTimeout(60, TimeUnit.SECONDS).join();
        workers.forEach(ProcessHandle::destroyForcibly);
    }

    private Connection connect() throws SQLException {
        return DatabaseAddress.parse(url).dataSource("test").getConnection();
    }

    private long number(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("mvnw"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
