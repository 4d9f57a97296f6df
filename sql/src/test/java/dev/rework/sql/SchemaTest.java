package dev.rework.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class SchemaTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @Test
    void aFreshDatabaseIsCurrent() throws SQLException {
        try (Connection connection = db.connection()) {
            assertThat(Schema.status(connection).isCurrent()).isTrue();
            assertThat(Schema.install(connection)).isZero();
        }
    }
}
