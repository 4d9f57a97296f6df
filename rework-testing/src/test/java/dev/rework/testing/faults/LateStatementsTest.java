package dev.rework.testing.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.TestDatabase;
import dev.rework.testing.Eventually;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Claims that the server executes after their worker has given up their connection. */
@Tag("slow")
class LateStatementsTest {
    private static final String CLAIM = "chosen as materialized";

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    Path folder;

    private TcpProxy proxy;
    private Beside beside;

    @BeforeEach
    void aWorkerBehindAProxy() throws Exception {
        URI server = URI.create(db.url());
        proxy = TcpProxy.to(server.getHost(), server.getPort());
        String through = "postgresql://" + server.getRawUserInfo() + "@127.0.0.1:" + proxy.port() + server.getPath();
        beside = new Beside(db.url(), through, folder);
        done(beside.schedule(""));
    }

    @AfterEach
    void close() throws Exception {
        beside.close();
        proxy.close();
    }

    @Test
    @Tag("fault-23")
    void aClaimThatArrivesLateTakesNothing() throws Exception {
        proxy.delay(CLAIM);
        Task<?> held = beside.schedule("first");
        Eventually.isTrue("a claim is on its way", () -> proxy.delayed() == 1);
        beside.awaitBegin(held.id());
        Task<?> next = beside.schedule("");
        proxy.deliver();
        Eventually.isTrue("it was executed", () -> proxy.unheard() == 1);
        beside.release("first");
        done(held);
        done(next);
        assertThat(beside.begun(held.id())).isEqualTo(1);
        assertThat(beside.begun(next.id())).isEqualTo(1);
    }

    @Test
    @Tag("fault-23")
    void whatAClaimTookThatWasStillAtItIsGivenBack() throws Exception {
        Task<?> task;
        try (Connection holder = workersRow()) {
            proxy.delay(CLAIM);
            task = beside.schedule("");
            Eventually.isTrue("a claim is on its way", () -> proxy.delayed() == 1);
            proxy.deliver();
            Eventually.isTrue("it waits for the worker's row", () -> waiting() >= 1);
            Eventually.isTrue("so does its worker's next session", () -> waiting() >= 2);
            holder.rollback();
        }
        done(task);
        assertThat(beside.begun(task.id())).isEqualTo(1);
    }

    @Test
    @Tag("fault-15")
    @Tag("fault-23")
    void whatTheLastClaimOfAnOrphanTookIsGivenBack() throws Exception {
        long worker = db.number("select max(id) from rework.worker");
        Task<?> task;
        try (Connection holder = workersRow()) {
            task = beside.schedule("");
            Eventually.isTrue("its claim waits for the worker's row", () -> waiting() >= 1);
            beside.monitor.handle().destroyForcibly();
            beside.monitor.handle().onExit().join();
            proxy.resetAll();
            Eventually.isTrue("so does its worker's next session", () -> waiting() >= 2);
            holder.rollback();
        }
        Eventually.isTrue(
                "the worker has ended",
                () -> db.number("select count(*) from rework.worker where finished is not null and id = ?", worker)
                        == 1);
        assertThat(db.number("select count(*) from rework.task where id = ? and state = 'queued'", task.id()))
                .isEqualTo(1);
    }

    private void done(Task<?> task) {
        task.join(Eventually.PATIENCE);
        assertThat(task.state()).as(beside.said()).isEqualTo(TaskState.DONE);
    }

    /** Locked, until it is rolled back. */
    private static Connection workersRow() throws SQLException {
        Connection holder = db.connection();
        holder.setAutoCommit(false);
        holder.createStatement().execute("select from rework.worker where finished is null for update");
        return holder;
    }

    /** How many of the workers' sessions wait for a lock. */
    private static long waiting() {
        return db.number("select count(*) from pg_stat_activity where application_name like 'rework:worker%'"
                + " and datname = current_database() and wait_event_type = 'Lock'");
    }
}
