package dev.rework.testing.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Cause;
import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.EmbeddedPostgres;
import dev.rework.embedded.FaultRow;
import dev.rework.internal.DatabaseAddress;
import dev.rework.testing.Eventually;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two hosts on a network of their own; the cable of one is pulled, or loses what goes one way. */
@Tag("slow")
class PartitionTest {

    @TempDir
    Path folder;

    private final List<AutoCloseable> open = new ArrayList<>();
    private String url = "";
    private NetworkHost network;

    @BeforeEach
    void connectTwoHosts() throws Exception {
        NetworkHost.missing().ifPresent(FaultRow::notRun);
        network = opened(NetworkHost.plugged());
        EmbeddedPostgres server = EmbeddedPostgres.at(folder.resolve("server"));
        open.add(server::stop);
        url = server.start().url();
        try (Rework rework = Rework.connect(url)) {
            rework.initDb();
        }
        execute("alter system set listen_addresses = '127.0.0.1, " + network.here() + "'");
        execute("create table public.held as select 1 as n");
        Files.writeString(
                Path.of(one("show hba_file")), "host all all samenet scram-sha-256\n", StandardOpenOption.APPEND);
        server.stop();
        server.start();
    }

    @AfterEach
    void closeAll() throws Exception {
        if (network != null) {
            network.plug();
        }
        for (int i = open.size() - 1; i >= 0; i--) {
            open.get(i).close();
        }
    }

    @Test
    @Tag("fault-19")
    void aCableOutForFiveSecondsChangesNothing() throws Exception {
        Beside north = north();
        Task<?> running = north.schedule("through");
        north.awaitBegin(running.id());
        List<Long> workers = north.workers();
        network.pull();
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(5));
        network.plug();
        long since = System.nanoTime();
        Task<?> next = north.schedule("");
        next.join(Duration.ofMinutes(1));
        FaultRow.measured(19, "out for 5 s: work went on after " + since(since));
        north.release("through");
        assertThat(running.join(Duration.ofMinutes(1)).state()).as(north.said()).isEqualTo(TaskState.DONE);
        assertThat(next.state()).as(north.said()).isEqualTo(TaskState.DONE);
        assertThat(north.begun(running.id())).isEqualTo(1);
        assertThat(north.workers()).isEqualTo(workers);
    }

    /** What becomes of the cable. */
    enum Cut {
        PULLED,
        LOSES_WHAT_IT_SENDS,
        LOSES_WHAT_IT_IS_SENT
    }

    @ParameterizedTest
    @EnumSource
    @Tag("fault-19")
    void whatRanBeyondTheCutIsDecidedAndNeverRunTwiceAtOnce(Cut cut) throws Exception {
        Beside north = north();
        Task<?> once = north.schedule("held", "once");
        Task<?> again = north.schedule("heldAgain", "again");
        north.awaitBegin(once.id());
        north.awaitBegin(again.id());
        List<Long> beyond = north.workers();
        Beside south = opened(new Beside(url, Beside.seat(url, "south", 1, folder), MonitorProcess.Way.PLAIN, folder));
        south.scheduleHere("held", "").join(Duration.ofMinutes(1));
        holdALock();

        cut(cut);
        long since = System.nanoTime();
        CompletableFuture<Duration> unlocked = CompletableFuture.supplyAsync(() -> awaitLock(since));
        once.join(Duration.ofMinutes(2));
        Duration decided = Duration.ofNanos(System.nanoTime() - since);
        assertThat(once.state()).isEqualTo(TaskState.FAILED);
        assertThat(once.cause()).isEqualTo(Cause.LOST);
        assertThat(decided).isBetween(Duration.ofSeconds(12), Duration.ofSeconds(40));
        Eventually.isTrue("the other host runs what may run again", () -> south.begun(again.id()) == 2);
        Duration rerun = Duration.ofNanos(System.nanoTime() - since);
        south.release("again");
        assertThat(again.join(Duration.ofMinutes(1)).state()).as(south.said()).isEqualTo(TaskState.DONE);
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(30) - (System.nanoTime() - since));
        network.plug();
        long plugged = System.nanoTime();
        north.release("once");
        north.scheduleHere("held", "").join(Duration.ofMinutes(1));
        Duration resumed = Duration.ofNanos(System.nanoTime() - plugged);

        assertThat(unlocked.get(2, TimeUnit.MINUTES)).isLessThan(Duration.ofSeconds(25));
        Eventually.isTrue(
                "who ran what was lost has ended",
                () -> north.workers().stream().noneMatch(beyond::contains));
        assertThat(once.state()).isEqualTo(TaskState.FAILED);
        assertThat(once.cause()).isEqualTo(Cause.LOST);
        assertThat(Witness.in(south.witnessed).notes())
                .extracting(Witness.Note::what)
                .doesNotContain("TWICE");
        FaultRow.measured(
                19,
                cut.name().toLowerCase(java.util.Locale.ROOT).replace('_', ' ') + " for 30 s: decided after "
                        + FaultRow.millis(decided) + ", run elsewhere after " + FaultRow.millis(rerun)
                        + ", its lock free after " + FaultRow.millis(unlocked.get()) + ", its host works again "
                        + FaultRow.millis(resumed) + " after the cable is back");
    }

    private Beside north() throws Exception {
        URI address = URI.create(url);
        String there = "postgresql://" + address.getRawUserInfo() + "@" + network.here() + ":" + address.getPort()
                + address.getRawPath();
        MonitorProcess.Way way =
                new MonitorProcess.Way(network.before(), Map.of(), MonitorProcess.Way.PLAIN.classpath());
        return opened(new Beside(url, Beside.seat(there, "north", 2, folder), way, folder));
    }

    private void cut(Cut cut) throws Exception {
        switch (cut) {
            case PULLED -> network.pull();
            case LOSES_WHAT_IT_SENDS -> network.loseWhatItSends();
            case LOSES_WHAT_IT_IS_SENT -> network.loseWhatItIsSent();
        }
    }

    private void holdALock() throws Exception {
        List<String> command = new ArrayList<>(network.before());
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                LockHolder.class.getName()));
        Process holder = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        open.add(holder::destroyForcibly);
        URI address = URI.create(url);
        try (OutputStream in = holder.getOutputStream()) {
            in.write(("postgresql://" + address.getRawUserInfo() + "@" + network.here() + ":" + address.getPort()
                            + address.getRawPath() + "\n")
                    .getBytes(StandardCharsets.UTF_8));
        }
        BufferedReader out = new BufferedReader(new InputStreamReader(holder.getInputStream(), StandardCharsets.UTF_8));
        assertThat(out.readLine()).isEqualTo("held");
    }

    private Duration awaitLock(long since) {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("set lock_timeout = 0");
            statement.execute("set statement_timeout = 0");
            statement.execute("select n from public.held for update");
            return Duration.ofNanos(System.nanoTime() - since);
        } catch (java.sql.SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private Connection connect() throws java.sql.SQLException {
        return DatabaseAddress.parse(url + "?socketTimeout=90")
                .dataSource("test")
                .getConnection();
    }

    private void execute(String sql) throws Exception {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private String one(String sql) throws Exception {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private static String since(long nanos) {
        return FaultRow.millis(Duration.ofNanos(System.nanoTime() - nanos));
    }

    private <T extends AutoCloseable> T opened(T one) {
        open.add(one);
        return one;
    }
}
