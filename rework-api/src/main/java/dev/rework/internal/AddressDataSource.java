package dev.rework.internal;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.Properties;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/**
 * Opens a connection per call. A pooler in between is noticed, and spoken to as one from then on. Threads may share it.
 */
final class AddressDataSource implements DataSource {
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
    public Connection getConnection(String user, String password) throws SQLException {
        throw new SQLFeatureNotSupportedException("the address says who logs in");
    }

    @Override
    public @Nullable PrintWriter getLogWriter() {
        return null;
    }

    @Override
    public void setLogWriter(PrintWriter out) {}

    @Override
    public void setLoginTimeout(int seconds) {}

    @Override
    public int getLoginTimeout() {
        return 0;
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        throw new SQLFeatureNotSupportedException("none");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLException("nothing wrapped");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }

    @Override
    public String toString() {
        return address.toString();
    }
}
