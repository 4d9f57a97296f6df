package dev.rework.cli;

import dev.rework.internal.PlainDataSource;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections as another source does, but keeps the last one given back and hands it out again: a command that polls
 * opens one connection, and no pool has to start. Threads may share it.
 */
final class KeptConnections implements PlainDataSource, AutoCloseable {
    private final DataSource origin;
    private final FirstUse firstUse;
    private final AtomicReference<@Nullable Connection> kept = new AtomicReference<>();

    /** Looks at each connection when it is new. */
    @FunctionalInterface
    interface FirstUse {
        void check(Connection connection) throws SQLException;
    }

    KeptConnections(DataSource origin, FirstUse firstUse) {
        this.origin = origin;
        this.firstUse = firstUse;
    }

    @Override
    public Connection getConnection() throws SQLException {
        Connection connection = kept.getAndSet(null);
        if (connection != null && !connection.isClosed()) {
            return lent(connection);
        }
        Connection fresh = origin.getConnection();
        try {
            firstUse.check(fresh);
        } catch (SQLException | RuntimeException e) {
            fresh.close();
            throw e;
        }
        return lent(fresh);
    }

    private Connection lent(Connection connection) {
        return (Connection) Proxy.newProxyInstance(
                KeptConnections.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        giveBack(connection);
                        return null;
                    }
                    return invoke(connection, method, arguments);
                });
    }

    private static @Nullable Object invoke(Connection connection, Method method, Object @Nullable [] arguments)
            throws Throwable {
        try {
            return method.invoke(connection, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
    }

    private void giveBack(Connection connection) throws SQLException {
        if (connection.isClosed()) {
            return;
        }
        if (!connection.getAutoCommit()) {
            connection.rollback();
            connection.setAutoCommit(true);
        }
        if (!kept.compareAndSet(null, connection)) {
            connection.close();
        }
    }

    @Override
    public void close() {
        Connection connection = kept.getAndSet(null);
        if (connection != null) {
            try {
                connection.close();
            } catch (SQLException e) {
                // the process ends, and the server notices
            }
        }
    }
}
