package dev.rework.internal.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.LogLine;
import dev.rework.embedded.TestDatabase;
import dev.rework.sql.Schema;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.ds.PGSimpleDataSource;

class LogStoreTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    private static String login = "";

    @BeforeAll
    static void arrange() throws SQLException {
        try (Connection connection = db.connection()) {
            Schema.roles(connection);
        }
        login = "logs_" + db.name();
        db.execute("create role " + login + " login password 'x' in role rework_submitter");
    }

    @AfterAll
    static void dropLogin() {
        db.execute("drop owned by " + login + "; drop role " + login);
    }

    private static PGSimpleDataSource submitter() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(db.jdbcUrl());
        source.setUser(login);
        source.setPassword("x");
        return source;
    }

    /** Rights are given and taken while it runs: {@code init-db --roles} is run again, or for the first time. */
    @Test
    void whoLosesTheRightToAllLinesGoesOnWithItsOwn() {
        db.execute("insert into rework.operation (domain, name) values ('d', 'op');"
                + "insert into rework.task (id, operation, state, submitter) select v.id, o.id, 'queued', v.who"
                + " from rework.operation o, (values (1, '" + login + "'), (2, 'somebody')) v (id, who);"
                + "insert into rework.log (task, attempt, time, stream, level, line) values"
                + " (1, 1, now(), 'stdout', 'INFO', 'own'), (2, 1, now(), 'stdout', 'INFO', 'another''s');"
                + "grant select on rework.log to " + login);
        LogStore store = new LogStore(TaskStore.jdbi(submitter()));
        assertThat(store.lines(2, 0, 10)).extracting(LogLine::line).containsExactly("another's");

        db.execute("revoke select on rework.log from " + login);
        assertThat(store.lines(1, 0, 10)).extracting(LogLine::line).containsExactly("own");
        assertThat(store.lines(2, 0, 10)).isEmpty();
        assertThat(store.tail(1, 5)).extracting(LogLine::line).containsExactly("own");
        assertThat(store.counts(List.of(1L, 2L))).isEqualTo(Map.of(1L, 1L));
    }
}
