package dev.rework.worker;

import dev.rework.internal.WorkerLaunch;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.logging.Logger;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;
import org.postgresql.PGConnection;

/** Connections for a task's own client, which can be cancelled from outside. Threads may share it. */
final class TaskConnections implements DataSource {
    private final String url;
    private final Properties properties = new Properties();
    private final List<Connection> open = new ArrayList<>();

    TaskConnections(WorkerLaunch launch, long task) {
        url = launch.jdbcUrl();
        properties.putAll(launch.database());
        properties.setProperty("ApplicationName", "rework:task:" + task);
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = new Driver().connect(url, properties);
        if (connection == null) {
            throw new SQLException("not an address of Postgres: " + url, "08001");
        }
        synchronized (open) {
            open.removeIf(TaskConnections::isClosed);
            open.add(connection);
        }
        return connection;
    }

    /** Cancels what they do just now. */
    void cancel() {
        for (Connection connection : snapshot()) {
            try {
                connection.unwrap(PGConnection.class).cancelQuery();
            } catch (SQLException e) {
                // A courtesy: the kill follows.
            }
        }
    }

    /** Closes what the task left open. */
    void close() {
        for (Connection connection : snapshot()) {
            try {
                connection.close();
            } catch (SQLException e) {
                // Gone already.
            }
        }
    }

    private List<Connection> snapshot() {
        synchronized (open) {
            return List.copyOf(open);
        }
    }

    private static boolean isClosed(Connection connection) {
        try {
            return connection.isClosed();
        } catch (SQLException e) {
            return true;
        }
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return getConnection();
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
    public Logger getParentLogger() {
        return Logger.getLogger("dev.rework");
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        throw new SQLException("wraps nothing");
    }

    @Override
    public boolean isWrapperFor(Class<?> type) {
        return false;
    }
}
