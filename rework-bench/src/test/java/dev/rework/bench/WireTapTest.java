package dev.rework.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.TestDatabase;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The relay counts what the driver sends, no more and no less. */
class WireTapTest {
    @RegisterExtension
    static final TestDatabase db = TestDatabase.empty();

    @Test
    void aStatementIsCountedOnceAndABatchIsOneRoundTrip() throws Exception {
        URI server = URI.create(db.jdbcUrl().substring("jdbc:".length()).replaceAll("\\?.*", ""));
        Properties login = new Properties();
        login.setProperty("user", db.user());
        login.setProperty("password", db.password());
        try (WireTap tap = new WireTap(server.getHost(), server.getPort());
                Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + tap.port() + "/" + db.name() + "?sslmode=disable", login);
                PreparedStatement statement = connection.prepareStatement("select ?::text")) {
            WireTap.Count before = tap.count();
            for (int i = 0; i < 3; i++) {
                statement.setString(1, "x".repeat(100_000));
                statement.executeQuery().close();
            }
            WireTap.Count singles = tap.count().minus(before);
            assertThat(singles.statements()).isEqualTo(3);
            assertThat(singles.roundTrips()).isEqualTo(3);
            assertThat(singles.bytesUp()).isBetween(300_000L, 301_000L);
            assertThat(singles.bytesDown()).isBetween(300_000L, 301_000L);
            before = tap.count();
            for (int i = 0; i < 5; i++) {
                statement.setString(1, "y");
                statement.addBatch();
            }
            try {
                statement.executeBatch();
            } catch (java.sql.BatchUpdateException selectsAreNoUpdates) {
                assertThat(selectsAreNoUpdates.getUpdateCounts()).isNotNull();
            }
            assertThat(tap.count().minus(before).roundTrips()).isEqualTo(1);
        }
    }
}
