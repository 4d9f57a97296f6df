package dev.rework.testing.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.TestDatabase;
import dev.rework.testing.Eventually;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Claims that the server executes after their worker has given up their connection and opened another one. */
@Tag("slow")
class LateStatementsTest {
    private static final String CLAIM = "chosen as materialized";

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    Path folder;

    @Test
    @Tag("fault-23")
    void aClaimThatArrivesLateTakesNothing() throws Exception {
        URI server = URI.create(db.url());
        try (TcpProxy proxy = TcpProxy.to(server.getHost(), server.getPort());
                Beside beside = new Beside(db.url(), through(proxy, server), folder)) {
            done(beside, beside.schedule(""));
            proxy.delay(CLAIM);
            Task<?> held = beside.schedule("first");
            Eventually.isTrue("a claim is on its way", () -> proxy.delayed() == 1);
            beside.awaitBegin(held.id());
            Task<?> next = beside.schedule("");
            proxy.deliver();
            Eventually.isTrue("it was executed", LateStatementsTest::nobodyIsAtWork);
            beside.release("first");
            done(beside, held);
            done(beside, next);
            assertThat(beside.begun(held.id())).isEqualTo(1);
            assertThat(beside.begun(next.id())).isEqualTo(1);
        }
    }

    @Test
    @Tag("fault-23")
    void whatAClaimTookThatWasStillAtItIsGivenBack() throws Exception {
        URI server = URI.create(db.url());
        try (TcpProxy proxy = TcpProxy.to(server.getHost(), server.getPort());
                Beside beside = new Beside(db.url(), through(proxy, server), folder);
                Connection holder = db.connection();
                Statement holding = holder.createStatement()) {
            done(beside, beside.schedule(""));
            holder.setAutoCommit(false);
            holding.execute("select from rework.worker where finished is null for update");
            proxy.delay(CLAIM);
            Task<?> task = beside.schedule("");
            Eventually.isTrue("a claim is on its way", () -> proxy.delayed() == 1);
            proxy.deliver();
            Eventually.isTrue("it waits for the worker's row", () -> waiting() >= 1);
            Eventually.isTrue("so does its worker's next session", () -> waiting() >= 2);
            holder.rollback();
            done(beside, task);
            assertThat(beside.begun(task.id())).isEqualTo(1);
        }
    }

    @Test
    @Tag("fault-15")
    @Tag("fault-23")
    void whatTheLastClaimOfAnOrphanTookIsGivenBack() throws Exception {
        URI server = URI.create(db.url());
        try (TcpProxy proxy = TcpProxy.to(server.getHost(), server.getPort());
                Beside beside = new Beside(db.url(), through(proxy, server), folder);
                Connection holder = db.connection();
                Statement holding = holder.createStatement()) {
            done(beside, beside.schedule(""));
            long worker = db.number("select max(id) from rework.worker");
            holder.setAutoCommit(false);
            holding.execute("select from rework.worker where finished is null for update");
            Task<?> task = beside.schedule("");
            Eventually.isTrue("its claim waits for the worker's row", () -> waiting() >= 1);
            beside.monitor.handle().destroyForcibly();
            beside.monitor.handle().onExit().join();
            proxy.resetAll();
            Eventually.isTrue("so does its worker's next session", () -> waiting() >= 2);
            holder.rollback();
            Eventually.isTrue(
                    "the worker has ended",
                    () -> db.number("select count(*) from rework.worker where finished is not null and id = ?", worker)
                            == 1);
            assertThat(db.number("select count(*) from rework.task where id = ? and state = 'queued'", task.id()))
                    .isEqualTo(1);
        }
    }

    private static void done(Beside beside, Task<?> task) {
        task.join(Eventually.PATIENCE);
        assertThat(task.state()).as(beside.said()).isEqualTo(TaskState.DONE);
    }

    /** How many of the workers' sessions wait for a lock. */
    private static long waiting() {
        return db.number("select count(*) from pg_stat_activity where application_name like 'rework:worker%'"
                + " and datname = current_database() and wait_event_type = 'Lock'");
    }

    private static boolean nobodyIsAtWork() {
        return db.number("select count(*) from pg_stat_activity where application_name like 'rework:worker%'"
                        + " and datname = current_database() and state <> 'idle'")
                == 0;
    }

    private static String through(TcpProxy proxy, URI server) {
        return "postgresql://" + server.getRawUserInfo() + "@127.0.0.1:" + proxy.port() + server.getPath();
    }
}
