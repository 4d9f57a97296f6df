package dev.rework.testing.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Rework;
import dev.rework.ReworkException;
import dev.rework.Task;
import dev.rework.TaskFilter;
import dev.rework.TaskState;
import dev.rework.embedded.FaultRow;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Somebody else holds every connection the server has. */
@Tag("slow")
class SlotsTest {

    private static final String REFUSED = "too many clients already";

    @TempDir
    Path folder;

    @Test
    @Tag("fault-27")
    void theMonitorGoesOnAndNewcomersAreToldWhy() throws Exception {
        try (OwnServer server = OwnServer.in(folder.resolve("server"))) {
            server.execute("alter system set max_connections = 20");
            server.execute("alter system set superuser_reserved_connections = 0");
            server.restart();
            List<Connection> held = new ArrayList<>();
            try (Beside beside = new Beside(server.url, server.url, folder)) {
                beside.schedule("").join(Duration.ofMinutes(1));
                Task<?> running = beside.schedule("through");
                beside.awaitBegin(running.id());
                List<Long> workers = beside.workers();
                Connection first = server.connect();
                held.add(first);
                occupy(server, held);
                List<Task<?>> tasks = new ArrayList<>();
                long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
                int killed = 0;
                while (System.nanoTime() < until) {
                    if (killed == 0 && System.nanoTime() > until - TimeUnit.SECONDS.toNanos(20)) {
                        killed = cutOne(first);
                    }
                    occupy(server, held);
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(200));
                }
                int before = refusals(server);
                tellNewcomer(server);
                beside.release("through");
                int own = held.size();
                for (Connection connection : held) {
                    connection.close();
                }
                held.clear();
                long since = System.nanoTime();
                tasks.add(beside.schedule(""));
                tasks.add(running);
                for (Task<?> task : tasks) {
                    assertThat(task.join(Duration.ofMinutes(1)).state())
                            .as(beside.said())
                            .isEqualTo(TaskState.DONE);
                    assertThat(beside.begun(task.id())).isEqualTo(1);
                }
                Duration resumed = Duration.ofNanos(System.nanoTime() - since);
                assertThat(beside.monitor.handle().isAlive()).isTrue();
                assertThat(beside.workers()).isEqualTo(workers);
                FaultRow.measured(
                        27,
                        "all 20 slots taken for 30 s (" + own + " by others), a session of ours cut meanwhile: "
                                + "work went on " + FaultRow.millis(resumed) + " after; " + before
                                + " refusals in the server's log, the occupier's own ~150 included");
                assertThat(before).as("attempts, the occupier's own included").isLessThan(300);
            }
        }
    }

    /** Takes what is free, until none is. */
    private static void occupy(OwnServer server, List<Connection> held) {
        for (int i = 0; i < 30; i++) {
            try {
                held.add(server.connect());
            } catch (SQLException full) {
                assertThat(full.getSQLState()).isEqualTo("53300");
                return;
            }
        }
    }

    private static int cutOne(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_terminate_backend(pid) from pg_stat_activity"
                    + " where application_name like 'rework:worker%' limit 1");
            return 1;
        }
    }

    private static void tellNewcomer(OwnServer server) {
        long since = System.nanoTime();
        Assertions.assertThatThrownBy(() -> {
                    try (Rework newcomer = Rework.connect(server.url)) {
                        newcomer.tasks(TaskFilter.all());
                    }
                })
                .isInstanceOf(ReworkException.class)
                .hasMessageContaining(REFUSED)
                .hasMessageNotContaining("\n");
        assertThat(Duration.ofNanos(System.nanoTime() - since)).isLessThan(Duration.ofSeconds(30));
    }

    private static int refusals(OwnServer server) throws Exception {
        return server.log().split(REFUSED, -1).length - 1;
    }
}
