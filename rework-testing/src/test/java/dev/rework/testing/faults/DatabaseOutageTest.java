package dev.rework.testing.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.EmbeddedPostgres;
import dev.rework.embedded.EmbeddedStatus;
import dev.rework.embedded.FaultRow;
import dev.rework.testing.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A server of its own that goes away under a running task: stopped, stopped at once, killed. */
@Tag("slow")
class DatabaseOutageTest {
    /** Five times what is wanted, for a machine that does other things too. */
    private static final Duration RESUMED = Duration.ofSeconds(25);

    @TempDir
    Path folder;

    private EmbeddedPostgres server;
    private String url;

    @BeforeEach
    void start() {
        server = EmbeddedPostgres.at(folder.resolve("server"));
        url = server.start().url();
        try (Rework rework = Rework.connect(url)) {
            rework.initDb();
        }
    }

    @AfterEach
    void stop() {
        server.stop();
    }

    /** How the server goes away. */
    enum End {
        STOPPED,
        AT_ONCE,
        KILLED
    }

    @ParameterizedTest
    @CsvSource({"STOPPED, 1", "STOPPED, 10", "STOPPED, 60", "AT_ONCE, 1", "KILLED, 1", "KILLED, 10"})
    @Tag("fault-20")
    @Tag("fault-21")
    void runningTasksSettleAndWorkGoesOn(End end, int seconds) throws Exception {
        try (Beside beside = new Beside(url, url, folder)) {
            Task<?> running = beside.schedule("through");
            beside.awaitBegin(running.id());
            List<Long> workers = beside.workers();

            end(end);
            LockSupport.parkNanos(Duration.ofSeconds(seconds).toNanos());
            assertThat(beside.workers()).isEqualTo(workers);
            if (seconds > 1) {
                beside.release("through"); // it ends while nobody can be told
            }
            server.start();
            long since = System.nanoTime();
            Task<?> next = beside.schedule("");
            beside.release("through");

            assertThat(running.join(Duration.ofMinutes(2)).state())
                    .as(beside.said())
                    .isEqualTo(TaskState.DONE);
            assertThat(next.join(Duration.ofMinutes(2)).state())
                    .as(beside.said())
                    .isEqualTo(TaskState.DONE);
            Duration resumed = Duration.ofNanos(System.nanoTime() - since);
            FaultRow.measured(
                    end == End.STOPPED ? 20 : 21,
                    end.name().toLowerCase(java.util.Locale.ROOT) + " " + seconds + " s, work went on after "
                            + FaultRow.millis(resumed));
            assertThat(resumed).isLessThan(RESUMED);
            assertThat(beside.begun(running.id())).isEqualTo(1);
            assertThat(beside.begun(next.id())).isEqualTo(1);
            assertThat(beside.monitor.handle().isAlive()).isTrue();
            assertThat(beside.workers()).isEqualTo(workers);
        }
    }

    private void end(End how) throws Exception {
        long pid = server.status().pid();
        switch (how) {
            case STOPPED -> assertThat(server.stop()).isTrue();
            case AT_ONCE ->
                assertThat(new ProcessBuilder("sh", "-c", "kill -QUIT " + pid)
                                .start()
                                .waitFor())
                        .isZero();
            case KILLED ->
                assertThat(ProcessHandle.of(pid).orElseThrow().destroyForcibly())
                        .isTrue();
        }
        Eventually.isTrue("it is gone", () -> server.status().state() == EmbeddedStatus.State.STOPPED);
    }
}
