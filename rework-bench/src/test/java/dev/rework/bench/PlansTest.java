package dev.rework.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.TestDatabase;
import dev.rework.internal.db.Enqueue;
import dev.rework.internal.db.TaskQueue;
import java.lang.reflect.Field;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Collections;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every hot statement, planned as workers and clients have it planned, finds its rows by the index meant for it. */
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

    /** A worker's session settings. */
    private static final String WORKER_SESSION = """
            set plan_cache_mode = force_generic_plan;
            set enable_seqscan = off;
            set enable_bitmapscan = off;
            set enable_hashjoin = off;
            set enable_mergejoin = off;
            """;

    private static final String CLIENT_SESSION = "set plan_cache_mode = force_generic_plan";

    @BeforeAll
    static void fill() throws SQLException {
        try (Connection connection = db.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(CROWD);
            statement.execute("vacuum analyze");
        }
    }

    @Test
    void aProbeOfHeadsWalksTheReadyIndexFromItsPlace() throws Exception {
        assertThat(plan(WORKER_SESSION, TaskQueue.class, "HEADS"))
                .contains("task_ready")
                .contains("ROW(rank, run_at, id) >=")
                .doesNotContain("Seq Scan on task");
    }

    @Test
    void aTurnClaimsByTheReadyIndexAndSettlesByTheKey() throws Exception {
        String plan = plan(WORKER_SESSION, TaskQueue.class, "TURN");
        assertThat(plan)
                .contains("using task_ready")
                .contains("Index Cond: ((operation = ")
                .contains("ROW(rank, run_at, id) >=")
                .contains("using task_pkey")
                .contains("using worker_pkey")
                .doesNotContain("Seq Scan on task")
                .doesNotContain("Seq Scan on worker");
        assertThat(plan.substring(plan.indexOf("CTE chosen"), plan.indexOf("CTE claimed")))
                .as("the index gives the order")
                .doesNotContain("Sort");
    }

    @Test
    void statementsOnOneTaskUseTheKey() throws Exception {
        for (String name : new String[] {"RUNNING", "GIVE_BACK", "STRAYS", "READ_BACK", "PROGRESS", "INPUT"}) {
            assertThat(plan(WORKER_SESSION, TaskQueue.class, name))
                    .as(name)
                    .contains("using task_pkey")
                    .doesNotContain("Seq Scan on task");
        }
    }

    @Test
    void enqueueScansNoTask() throws Exception {
        for (String name : new String[] {"DUE_NOW", "DUE_NOW_AND_NOTIFY", "DUE_LATER", "MANY"}) {
            assertThat(plan(CLIENT_SESSION, Enqueue.class, name))
                    .as(name)
                    .contains("Insert on task")
                    .doesNotContain("Scan on task")
                    .doesNotContain("task_ready");
        }
        assertThat(plan(CLIENT_SESSION, Enqueue.class, "OURS")).contains("task_pkey");
    }

    /** As the server plans it for any values. */
    private static String plan(String session, Class<?> owner, String name) throws Exception {
        Field field = owner.getDeclaredField(name);
        field.setAccessible(true);
        StringBuilder numbered = new StringBuilder();
        int binds = 0;
        for (char c : ((String) field.get(null)).toCharArray()) {
            numbered.append(c == '?' ? "$" + ++binds : String.valueOf(c));
        }
        try (Connection connection = db.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(session);
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
