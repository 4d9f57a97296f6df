package dev.rework.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.TestDatabase;
import dev.rework.internal.db.Enqueue;
import dev.rework.internal.db.TaskStates;
import java.lang.reflect.Field;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What makes tasks looks at no others, at 100,000 rows. The worker's statements have HotPlansTest of rework-api. */
class PlansTest {
    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    private static final String CROWD = """
            insert into rework.operation (domain, name) values ('default', 'one'), ('default', 'two');
            insert into rework.worker (host, domain, tag, state, lease)
            values ('h', 'default', gen_random_uuid(), 'idle', clock_timestamp() + interval '1 hour');
            insert into rework.task (operation, state, worker, finished, started)
            select 1, 'done', 1, clock_timestamp(), clock_timestamp() from generate_series(1, 50000);
            insert into rework.task (operation, state)
            select 1 + i % 2, 'queued' from generate_series(1, 50000) i;
            """;

    private static final String CLIENT_SESSION = "set plan_cache_mode = force_generic_plan";

    @BeforeAll
    static void fill() throws SQLException {
        try (Connection connection = db.dataSource(TestDatabase.Part.OWNER).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(CROWD);
            statement.execute("vacuum analyze");
        }
    }

    @Test
    void enqueueScansNoTask() throws Exception {
        for (String name : new String[] {"DUE_NOW", "DUE_NOW_AND_NOTIFY", "DUE_LATER", "MANY"}) {
            assertThat(plan(name))
                    .as(name)
                    .contains("Insert on task")
                    .doesNotContain("Scan on task")
                    .doesNotContain("task_ready");
        }
        assertThat(plan("OURS")).contains("task_pkey");
    }

    @Test
    void waitingReadsByKey() throws Exception {
        assertThat(plan(TaskStates.class, "STATES")).contains("task_pkey").doesNotContain("Seq Scan");
    }

    /** As the server plans it for any values. */
    private static String plan(String name) throws Exception {
        return plan(Enqueue.class, name);
    }

    private static String plan(Class<?> owner, String name) throws Exception {
        Field field = owner.getDeclaredField(name);
        field.setAccessible(true);
        StringBuilder numbered = new StringBuilder();
        int binds = 0;
        for (char c : ((String) field.get(null)).toCharArray()) {
            numbered.append(c == '?' ? "$" + ++binds : String.valueOf(c));
        }
        try (Connection connection = db.dataSource(TestDatabase.Part.OWNER).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(CLIENT_SESSION);
            statement.execute("prepare hot as " + numbered);
            String nulls = String.join(", ", Collections.nCopies(binds, "null"));
            StringBuilder plan = new StringBuilder();
            try (ResultSet rows =
                    statement.executeQuery("explain (costs off, verbose off) execute hot(" + nulls + ")")) {
                while (rows.next()) {
                    plan.append(rows.getString(1)).append('\n');
                }
            }
            return plan.toString();
        }
    }
}
