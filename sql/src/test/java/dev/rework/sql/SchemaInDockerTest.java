package dev.rework.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The schema on the server of the Docker lane. */
@Tag("docker")
class SchemaInDockerTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @Test
    void theTemplateIsCurrentAndSchedules() throws SQLException {
        try (Connection connection = db.connection()) {
            assertThat(Schema.status(connection).isCurrent()).isTrue();
            Schema.roles(connection);
        }
        db.execute("insert into rework.operation (domain, name) values ('default', 'a')");
        assertThat(db.number("select rework.schedule('a')")).isEqualTo(1);
    }
}
