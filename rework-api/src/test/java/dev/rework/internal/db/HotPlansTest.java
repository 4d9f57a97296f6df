package dev.rework.internal.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The worker's statements go by index, with a worker's settings and, behind a pooler, without them. */
class HotPlansTest {

    private static final String WORKER = "set plan_cache_mode = force_generic_plan; set enable_seqscan = off;"
            + " set enable_bitmapscan = off; set enable_hashjoin = off; set enable_mergejoin = off; set jit = off";
    private static final String POOLED = "set plan_cache_mode = force_generic_plan";
    private static final String OUTCOMES =
            "'{1}', '{1}', '{t}', '{1}', null, null, null, '{1}', '{1}', '{1}', '{1}', '{1}'";

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @BeforeAll
    static void manyTasks() {
        db.execute("insert into rework.operation (domain, name) select 'd', g::text from generate_series(1, 20) g");
        db.execute("insert into rework.worker (host, domain, tag, lease)"
                + " select 'h' || g, 'd', gen_random_uuid(), now() from generate_series(1, 200) g");
        db.execute("insert into rework.task (operation, state, finished)"
                + " select 1 + g % 20, case when g % 10 = 0 then 'queued' else 'done' end,"
                + " case when g % 10 <> 0 then now() end from generate_series(1, 40000) g");
        db.execute("vacuum analyze rework.task");
        db.execute("vacuum analyze rework.worker");
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    @Tag("fault-34")
    void headsLookIntoTheReadyIndexAlone(boolean worker) throws SQLException {
        String plan = plan(worker, TaskQueue.HEADS, "'{1,2}', '{\"\",h}', '{0,0}', '{0,0}', '{0,0}'");
        assertThat(plan).contains("Index Only Scan using task_ready on task").contains("Limit");
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    @DisplayName("W30 a claim walks the index of what is ready, whatever the history")
    @Tag("fault-34")
    void aTurnGoesByIndexAndSortsNothing(boolean worker) throws SQLException {
        for (String turn : List.of(TurnStatement.ALL_ENDED, TurnStatement.SOME_AGAIN)) {
            String plan = plan(worker, turn, "1, 0, " + OUTCOMES + ", 1, '', 0, 0, 0, true, 10, true, true, true");
            assertThat(plan)
                    .contains("Index Scan using task_ready on task")
                    .contains("Index Scan using task_pkey on task")
                    .contains("Index Scan using worker_pkey on worker")
                    .doesNotContain("worker_live")
                    .doesNotContain("Sort");
        }
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    @Tag("fault-34")
    void findingGoesByIndexAndSortsNoTasks(boolean worker) throws SQLException {
        String plan = plan(worker, FoundStatement.SQL, "'{1,2}', '{\"\",h}', '{1,1}', 1, 0");
        assertThat(plan)
                .contains("Index Only Scan using task_ready on task")
                .contains("Index Scan using task_ready on task")
                .contains("Index Scan using task_pkey on task")
                .contains("Index Scan using worker_pkey on worker")
                .containsOnlyOnce("Sort Key")
                .contains("Sort Key: t.rank, t.run_at, t.id");
    }

    @ParameterizedTest
    @CsvSource({"true", "false"})
    void theOthersGoByKey(boolean worker) throws SQLException {
        for (List<String> statement : List.of(
                List.of(TaskQueue.RUNNING, "1, 1, 1, 1"),
                List.of(TaskQueue.GIVE_BACK, "1, 0, '{1}', '{1}', 'd'"),
                List.of(TaskQueue.STRAYS, "1, '{1}'"),
                List.of(TaskQueue.READ_BACK, "'{1}', '{1}', 1"),
                List.of(TaskQueue.PROGRESS, "'1', 1, 1, 1"),
                List.of(TaskQueue.INPUT, "1, 1, 1"))) {
            assertThat(plan(worker, statement.get(0), statement.get(1))).contains("using task_pkey on task");
        }
    }

    private static String plan(boolean worker, String sql, String values) throws SQLException {
        try (Connection connection = db.connection(TestDatabase.Part.MONITOR);
                Statement statement = connection.createStatement()) {
            statement.execute(worker ? WORKER : POOLED);
            statement.execute("prepare hot as " + numbered(sql));
            StringBuilder plan = new StringBuilder();
            try (ResultSet rows = statement.executeQuery("explain (costs off) execute hot (" + values + ")")) {
                while (rows.next()) {
                    plan.append(rows.getString(1)).append('\n');
                }
            }
            assertThat(plan.toString()).doesNotContain("Seq Scan on task").doesNotContain("Bitmap");
            return plan.toString();
        }
    }

    private static String numbered(String sql) {
        StringBuilder text = new StringBuilder();
        int n = 0;
        for (char c : sql.toCharArray()) {
            if (c == '?') {
                text.append('$').append(++n);
            } else {
                text.append(c);
            }
        }
        return text.toString();
    }
}
