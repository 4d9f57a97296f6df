package dev.rework.cli;

import dev.rework.Rework;
import dev.rework.internal.ClientOptions;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.SecretKeys;
import dev.rework.internal.db.TaskStore;
import dev.rework.sql.Schema;
import dev.rework.sql.SchemaStatus;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** The database a command works on, found and opened when it is first asked for. For one thread. */
public final class Database implements AutoCloseable {
    private final @Nullable String given;
    private final Shell shell;
    private @Nullable DatabaseAddress address;
    private @Nullable KeptConnections connections;
    private @Nullable Jdbi jdbi;
    private @Nullable Rework client;

    Database(@Nullable String given, Shell shell) {
        this.given = given;
        this.shell = shell;
    }

    /** Where it is; starts the embedded one when nothing else is configured. */
    public DatabaseAddress address() {
        if (address == null) {
            address = DatabaseAddress.resolve(given).orElseGet(() -> EmbeddedDatabase.start(shell));
        }
        return address;
    }

    /** Its connections, the last one kept open; each was found to have the schema this program needs. */
    public DataSource connections() {
        if (connections == null) {
            connections = new KeptConnections(address().dataSource("cli"), Database::demandSchema);
        }
        return connections;
    }

    /** A connection of its own, whatever the schema. */
    public Connection open() throws SQLException {
        return address().dataSource("cli").getConnection();
    }

    /** For the stores. */
    public Jdbi jdbi() {
        if (jdbi == null) {
            jdbi = TaskStore.jdbi(connections());
        }
        return jdbi;
    }

    /** A client, closed with this. */
    public Rework client() {
        if (client == null) {
            client = Rework.open(
                    ClientOptions.over(address(), connections(), () -> {}).with(secretKeys()));
        }
        return client;
    }

    /** The keys of secret inputs. */
    SecretKeys secretKeys() {
        return SecretKeys.of(shell.environment(), shell.home());
    }

    private static void demandSchema(Connection connection) throws SQLException {
        SchemaStatus status = Schema.status(connection);
        if (!status.isCurrent()) {
            throw new Refusal(ExitCode.SCHEMA, status.describe());
        }
    }

    @Override
    public void close() {
        if (client != null) {
            client.close();
        }
        if (connections != null) {
            connections.close();
        }
    }
}
