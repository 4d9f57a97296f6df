package dev.rework.monitor;

import dev.rework.internal.PlainDataSource;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A few connections that are opened when needed and kept. No statement asks whether one still lives, as pools do: an idle
 * monitor would pay for each look twice. One that died fails its next user, who tries again anyway, and is not kept.
 * Threads may share it.
 */
final class KeptConnections implements PlainDataSource, AutoCloseable {

    private static final int MOST = 4;
    // The loop, an inquest, and a third: to open one takes longer than all that an abort has to write.
    private static final int MOST_IDLE = 3;
    private static final long PATIENCE_SECONDS = 2;

    private final DataSource source;
    private final Semaphore permits = new Semaphore(MOST, true);
    private final Deque<Connection> idle = new ArrayDeque<>();
    private boolean closed;

    KeptConnections(DataSource source) {
        this.source = source;
    }

    @Override
    public Connection getConnection() throws SQLException {
        try {
            if (!permits.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new SQLTransientConnectionException("all " + MOST + " connections are busy", "08001");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLTransientConnectionException("interrupted while waiting for a connection", "08001", e);
        }
        try {
            Connection kept = take();
            Connection connection = kept == null ? source.getConnection() : kept;
            connection.setAutoCommit(true);
            return (Connection) Proxy.newProxyInstance(
                    Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, new Borrowed(connection));
        } catch (SQLException | RuntimeException e) {
            permits.release();
            throw e;
        }
    }

    private synchronized @Nullable Connection take() throws SQLException {
        if (closed) {
            throw new SQLException("the monitor has ended", "08003");
        }
        return idle.pollFirst();
    }

    private void giveBack(Connection connection) throws SQLException {
        permits.release();
        boolean keep = !connection.isClosed();
        if (keep && !connection.getAutoCommit()) {
            connection.rollback();
        }
        synchronized (this) {
            keep = keep && !closed && idle.size() < MOST_IDLE;
            if (keep) {
                idle.addFirst(connection);
            }
        }
        if (!keep) {
            connection.close();
        }
    }

    /** Closes what is idle; what is in use is closed once it is given back. */
    @Override
    public void close() {
        Deque<Connection> open;
        synchronized (this) {
            closed = true;
            open = new ArrayDeque<>(idle);
            idle.clear();
        }
        for (Connection connection : open) {
            try {
                connection.close();
            } catch (SQLException gone) {
                // As good as closed.
            }
        }
    }

    /** A connection whose end gives it back. */
    private final class Borrowed implements InvocationHandler {
        private final Connection connection;
        private boolean returned;

        Borrowed(Connection connection) {
            this.connection = connection;
        }

        @Override
        public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] arguments) throws Throwable {
            if (method.getName().equals("close")) {
                if (!returned) {
                    returned = true;
                    giveBack(connection);
                }
                return null;
            }
            if (method.getName().equals("isClosed") && returned) {
                return true;
            }
            if (returned) {
                throw new SQLException("this connection was given back", "08003");
            }
            try {
                return method.invoke(connection, arguments);
            } catch (InvocationTargetException e) {
                throw e.getCause() == null ? e : e.getCause();
            }
        }
    }
}
