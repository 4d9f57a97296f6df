package dev.rework.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.EmbeddedPostgres;
import dev.rework.embedded.Eventually;
import java.net.URI;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class AutovacuumTest {
    // At one page each tenth of a second or slower: minutes, which is longer than a step is tried.
    private static final Migration FIRST = new Migration(1, "0001_first.sql", """
            create table rework.first (n int, wide text) with (
              autovacuum_vacuum_threshold = 0, autovacuum_vacuum_scale_factor = 0,
              autovacuum_vacuum_insert_threshold = 0, autovacuum_vacuum_insert_scale_factor = 0,
              autovacuum_vacuum_cost_limit = 1, autovacuum_vacuum_cost_delay = 100);
            """);
    private static final Migration SECOND =
            new Migration(2, "0002_second.sql", "alter table rework.first add column m int");

    @TempDir
    private Path folder;

    @Test
    void aStepDoesNotWaitForAnAutovacuumToEnd() throws Exception {
        EmbeddedPostgres postgres = EmbeddedPostgres.at(folder.resolve("home"));
        try (Connection connection = connect(postgres.start().url());
                Statement statement = connection.createStatement()) {
            statement.execute("alter system set autovacuum_naptime = '1s'");
            statement.execute("select pg_reload_conf()");
            assertThat(Schema.install(connection, List.of(FIRST))).isEqualTo(1);
            statement.execute("insert into rework.first select g, repeat('x', 1500) from generate_series(1, 15000) g");
            Eventually.isTrue("an autovacuum is at it", () -> isVacuumed(statement));
            assertThat(Schema.install(connection, List.of(FIRST, SECOND))).isEqualTo(1);
        } finally {
            postgres.stop();
        }
    }

    private static boolean isVacuumed(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery("select exists (select from pg_stat_activity"
                + " where backend_type = 'autovacuum worker' and query like '%VACUUM%rework.first%')")) {
            row.next();
            return row.getBoolean(1);
        }
    }

    private static Connection connect(String url) throws SQLException {
        URI at = URI.create(url);
        String[] login = at.getUserInfo().split(":", 2);
        return DriverManager.getConnection(
                "jdbc:postgresql://" + at.getHost() + ":" + at.getPort() + at.getPath(), login[0], login[1]);
    }
}
