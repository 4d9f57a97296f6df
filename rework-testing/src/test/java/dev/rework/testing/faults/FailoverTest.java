package dev.rework.testing.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.EmbeddedPostgres;
import dev.rework.embedded.FaultRow;
import dev.rework.internal.DatabaseAddress;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The primary dies under load and its standby takes over. */
@Tag("slow")
class FailoverTest {

    /** Wanted: 15 s. */
    private static final Duration RESUMED = Duration.ofSeconds(45);

    @TempDir
    Path folder;

    private EmbeddedPostgres primary;
    private String url = "";

    @BeforeEach
    void start() {
        primary = EmbeddedPostgres.at(folder.resolve("server"));
        url = primary.start().url();
        try (Rework rework = Rework.connect(url)) {
            rework.initDb();
        }
    }

    @AfterEach
    void stop() {
        primary.stop();
    }

    @Test
    @Tag("fault-25")
    void workGoesOnWithTheStandbyAndNothingAcknowledgedIsLost() throws Exception {
        try (Standby standby = Standby.of(primary, folder.resolve("server"), folder.resolve("standby"), true)) {
            String both = standby.both(url);
            try (Beside beside = new Beside(both, both, folder)) {
                Task<?> running = beside.schedule("through");
                beside.awaitBegin(running.id());
                List<Task<?>> queued = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    queued.add(beside.schedule(""));
                }
                List<Long> workers = beside.workers();
                kill();
                beside.release("through"); // it ends while nobody can be told
                standby.promote();
                long since = System.nanoTime();
                Task<?> next = beside.schedule("");
                assertThat(next.join(Duration.ofMinutes(2)).state())
                        .as(beside.said())
                        .isEqualTo(TaskState.DONE);
                Duration resumed = Duration.ofNanos(System.nanoTime() - since);
                FaultRow.measured(
                        25, "a task of afterwards was done " + FaultRow.millis(resumed) + " after the promotion");
                assertThat(resumed).isLessThan(RESUMED);
                assertThat(running.join(Duration.ofMinutes(1)).state())
                        .as(beside.said())
                        .isEqualTo(TaskState.DONE);
                for (Task<?> task : queued) {
                    assertThat(task.join(Duration.ofMinutes(1)).state())
                            .as(beside.said())
                            .isEqualTo(TaskState.DONE);
                    assertThat(beside.begun(task.id())).isEqualTo(1);
                }
                assertThat(beside.begun(running.id())).isEqualTo(1);
                assertThat(beside.workers()).isEqualTo(workers);
                assertThat(beside.monitor.handle().isAlive()).isTrue();
            }
        }
    }

    @Test
    @Tag("fault-25")
    void aTaskTheStandbyNeverSawIsLostAndItsJoinSaysSo() throws Exception {
        try (Standby standby = Standby.of(primary, folder.resolve("server"), folder.resolve("standby"), false)) {
            String both = standby.both(url);
            try (Beside beside = new Beside(both, both, folder)) {
                beside.schedule("").join(Duration.ofMinutes(1));
                pauseReplay(standby);
                Task<?> unseen = beside.schedule("unseen");
                kill();
                standby.promote();
                long since = System.nanoTime();
                assertThatThrownBy(() -> unseen.join(Duration.ofMinutes(1))).isInstanceOf(dev.rework.TaskLost.class);
                FaultRow.measured(
                        25,
                        "the join of a lost one ended after "
                                + FaultRow.millis(Duration.ofNanos(System.nanoTime() - since)));
            }
        }
    }

    /** What the primary commits from now on stays there: nobody sends it on. */
    private void pauseReplay(Standby standby) throws Exception {
        try (Connection connection =
                        DatabaseAddress.parse(url).dataSource("test").getConnection();
                Statement statement = connection.createStatement()) {}
        try (Connection connection =
                        DatabaseAddress.parse(standby.url()).dataSource("test").getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("alter system set primary_conninfo = ''");
            statement.execute("select pg_reload_conf()");
        }
        dev.rework.testing.Eventually.isTrue("nothing is streamed", () -> {
            try (Connection connection =
                            DatabaseAddress.parse(url).dataSource("test").getConnection();
                    Statement statement = connection.createStatement();
                    var row = statement.executeQuery("select count(*) from pg_stat_replication")) {
                row.next();
                return row.getInt(1) == 0;
            }
        });
    }

    private void kill() {
        assertThat(ProcessHandle.of(primary.status().pid()).orElseThrow().destroyForcibly())
                .isTrue();
    }
}
