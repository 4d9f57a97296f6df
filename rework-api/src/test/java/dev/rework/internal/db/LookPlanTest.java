package dev.rework.internal.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.TestDatabase;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a monitor looks at each second, while nearly all of a large table is one queue: where a scan seems cheapest. */
class LookPlanTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @Test
    @Tag("fault-34")
    void aMonitorsLookGoesByIndex() throws SQLException {
        db.execute("insert into rework.operation (domain, name) values ('d', 'o')");
        db.execute("insert into rework.registration (operation, host, class_name, method_name, path, sha256)"
                + " select o.id, 'h', 'c', 'm', 'p', 's' from rework.operation o");
        db.execute("insert into rework.task (operation, state)"
                + " select o.id, 'queued' from rework.operation o, generate_series(1, 20000)");
        db.execute("vacuum analyze rework.task");
        String look = MonitorStore.LOOK
                .replace(":host", "'h'")
                .replace(":domain", "'d'")
                .replace(":bound", "5");
        assertThat(plan(look))
                .contains("task_ready")
                .contains("task_waiting")
                .contains("task_pkey")
                .doesNotContain("Seq Scan");
    }

    private static String plan(String sql) throws SQLException {
        StringBuilder plan = new StringBuilder();
        try (Connection connection = db.connection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("explain (costs off) " + sql)) {
            while (rows.next()) {
                plan.append(rows.getString(1)).append('\n');
            }
        }
        return plan.toString();
    }
}
