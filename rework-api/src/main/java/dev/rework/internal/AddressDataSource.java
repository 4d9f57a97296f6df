package dev.rework.internal;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import org.postgresql.Driver;

/**
 * Opens a connection per call. A pooler in between is noticed, and spoken to as one from then on. Threads may share it.
 */
final class AddressDataSource implements PlainDataSource {
    private final DatabaseAddress address;
    private final Properties direct;
    private final Properties pooled;
    private volatile boolean poolerSeen;
    private volatile boolean lookedAt;

    AddressDataSource(DatabaseAddress address, Properties direct, Properties pooled) {
        this.address = address;
        this.direct = direct;
        this.pooled = pooled;
        this.poolerSeen = address.pooler();
    }

    /** Whether a pooler was told of, or noticed by a connection since. */
    boolean poolerSeen() {
        return poolerSeen;
    }

    @Override
    public Connection getConnection() throws SQLException {
        if (poolerSeen) {
            return open(pooled);
        }
        try {
            Connection connection = open(direct);
            if (lookedAt || !Pooler.standsBefore(connection)) {
                lookedAt = true;
                return connection;
            }
            connection.close();
            poolerSeen = true;
            return open(pooled);
        } catch (SQLException e) {
            // PgBouncer's words; it has no SQLSTATE of its own for this.
            if (e.getMessage() == null || !e.getMessage().contains("unsupported startup parameter")) {
                throw e;
            }
            Connection connection = open(pooled);
            poolerSeen = true;
            return connection;
        }
    }

    private Connection open(Properties properties) throws SQLException {
        Connection connection = new Driver().connect(address.url(), properties);
        if (connection == null) {
            throw new SQLException("the driver does not know " + address, "08001");
        }
        return connection;
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
