package dev.rework.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rework.embedded.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Which rows a role may see and write, where its rights on the table do not say. */
class RowsApartTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    private static final String QUEUED = "insert into rework.task (id, operation, state, input) values ";

    @BeforeAll
    static void makeLogins() throws SQLException {
        try (Connection connection = db.connection()) {
            Schema.roles(connection);
        }
        db.execute("insert into rework.operation (domain, name) values ('default', 'a')");
        for (String login : new String[] {"ann", "bob"}) {
            db.execute("create role " + name(login) + " in role rework_submitter");
        }
    }

    @AfterAll
    static void dropLogins() {
        for (String login : new String[] {"ann", "bob"}) {
            db.execute("drop role " + name(login));
        }
    }

    @BeforeEach
    void rows() throws SQLException {
        db.execute("delete from rework.task; delete from rework.worker;"
                + "insert into rework.worker (id, host, domain, tag, lease) overriding system value"
                + " values (1, 'h', 'default', '00000000-0000-0000-0000-000000000001', now()),"
                + " (2, 'h', 'default', '00000000-0000-0000-0000-000000000002', now());"
                + "insert into rework.task (id, operation, state, worker, attempt, finished) values"
                + " (11, 1, 'running', 1, 1, null), (12, 1, 'running', 2, 1, null), (13, 1, 'done', 1, 1, now()),"
                + " (14, 1, 'queued', null, 0, null);");
        as(name("ann"), QUEUED + "(21, 1, 'queued', '1')");
        as(name("bob"), QUEUED + "(22, 1, 'queued', '2')");
        db.execute("insert into rework.attempt (task, attempt, cause) values (21, 1, 'error'), (22, 1, 'error');"
                + "delete from rework.log; insert into rework.log (task, attempt, time, stream, level, line)"
                + " values (21, 1, now(), 'stdout', 'INFO', 'x'), (22, 1, now(), 'stdout', 'INFO', 'x')");
    }

    private static String name(String login) {
        return "rework_test_" + login + "_" + db.name();
    }

    /** Runs it as this role, and as this worker; how many rows it wrote, or the number it read. */
    private static long as(String role, String sql, String... worker) throws SQLException {
        try (Connection connection = db.connection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("set local role " + role);
            for (String said : worker) {
                statement.execute("set local rework.worker = '" + said + "'");
            }
            long answer;
            if (statement.execute(sql)) {
                try (ResultSet row = statement.getResultSet()) {
                    row.next();
                    answer = row.getLong(1);
                }
            } else {
                answer = statement.getUpdateCount();
            }
            connection.commit();
            return answer;
        }
    }

    private static void refused(String role, String sql, String... worker) {
        assertThatThrownBy(() -> as(role, sql, worker))
                .as(sql)
                .isInstanceOfSatisfying(
                        SQLException.class,
                        e -> assertThat(e.getSQLState()).as(e.getMessage()).isEqualTo("42501"));
    }

    @Test
    @Tag("S7")
    @Tag("S18")
    void aSubmitterSeesTheTasksItAskedForAlone() throws SQLException {
        for (String relation : new String[] {"task t", "tasks t", "attempt a where task", "lines l where task"}) {
            String count = "select count(*) from rework." + relation + (relation.endsWith("t") ? " where id" : "");
            assertThat(as(name("ann"), count + " = 21")).as(relation).isOne();
            assertThat(as(name("ann"), count + " = 22")).as(relation).isZero();
            if (relation.startsWith("lines")) {
                continue;
            }
            for (String all : new String[] {"rework_reader", "rework_operator", "rework_worker", "rework_monitor"}) {
                assertThat(as(all, count + " in (21, 22)")).as(relation).isEqualTo(2);
            }
        }
        String again = "insert into rework.task (id, operation, state, input)"
                + " select 23, operation, 'queued', input from rework.task where id = ";
        assertThat(as(name("bob"), again + 21)).isZero();
        assertThat(as(name("bob"), again + 22 + " on conflict (id) do nothing")).isOne();
        assertThat(as(name("bob"), "select count(*) from rework.task where submitter = '" + name("bob") + "'"))
                .isEqualTo(2);
    }

    @Test
    @Tag("S7")
    void anOperatorEndsWhatHasNotEndedAndChangesNothingElse() throws SQLException {
        String operator = "rework_operator";
        assertThat(as(
                        operator,
                        "update rework.task set state = 'aborting', cause = 'abort', reason = 'x' where id = 11"))
                .isOne();
        assertThat(as(operator, "update rework.task set reason = 'forged' where id = 13"))
                .isZero();
        refused(operator, "update rework.task set state = 'done', finished = now() where id = 12");
        refused(operator, "update rework.task set state = 'queued' where id = 12");
        assertThat(as(operator, "select case rework.abort(14) when 'aborted' then 1 end"))
                .isOne();
    }

    @Test
    @Tag("S23")
    void aWorkerWritesWhatItHoldsAndTakesWhatWaits() throws SQLException {
        String me = "1:00000000-0000-0000-0000-000000000001";
        String worker = "rework_worker";
        for (String wrong : new String[] {"", "1", "1:", "2:00000000-0000-0000-0000-000000000001", "3:x"}) {
            assertThat(as(worker, "update rework.task set output = '1' where id in (11, 12, 13)", wrong))
                    .as(wrong)
                    .isZero();
            assertThat(as(worker, "update rework.worker set lease = now()", wrong))
                    .as(wrong)
                    .isZero();
        }
        assertThat(as(worker, "update rework.task set output = '1' where id in (11, 12, 13)", me))
                .isOne();
        assertThat(as(worker, "update rework.worker set lease = now()", me)).isOne();
        assertThat(as(worker, "update rework.task set state = 'claimed', worker = 1 where id = 14", me))
                .isOne();
        refused(worker, "update rework.task set worker = 2 where id = 11", me);
        refused(worker, "update rework.task set state = 'done', worker = null, finished = now() where id = 21", me);
        refused(worker, "insert into rework.attempt (task, attempt, worker, cause) values (12, 1, 2, 'error')", me);
        assertThat(as(worker, "update rework.task set state = 'done', finished = now() where id = 11", me))
                .isOne();
        assertThat(as(worker, "update rework.task set output = '2' where id = 11", me))
                .isZero();
        db.execute("update rework.worker set state = 'dead', finished = now(), deathinfo = 'x' where id = 1");
        assertThat(as(worker, "update rework.task set output = '2' where id = 14", me))
                .isZero();
    }
}
