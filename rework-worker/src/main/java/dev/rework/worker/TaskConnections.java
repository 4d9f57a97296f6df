package dev.rework.worker;

import dev.rework.internal.PlainDataSource;
import dev.rework.internal.WorkerLaunch;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import org.postgresql.Driver;
import org.postgresql.PGConnection;

/** Connections for a task's own client, which can be cancelled from outside. Threads may share it. */
final class TaskConnections implements PlainDataSource {
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
}
