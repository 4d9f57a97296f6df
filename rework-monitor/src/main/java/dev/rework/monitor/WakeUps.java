package dev.rework.monitor;

import dev.rework.internal.DatabaseAddress;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * The one connection that LISTENs for a host and domain, in a thread of its own. A hint that never comes costs a second, not
 * more: the loop looks by itself.
 */
final class WakeUps implements AutoCloseable {

    private static final long CALM_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int SILENCE_MILLIS = 8_000;
    private static final long RETRY_MILLIS = 1_000;
    private static final int ECHO_MILLIS = 5_000;

    private final DatabaseAddress address;
    private final MonitorContext context;
    private final WorkerPool pool;
    private final Thread thread = new Thread(this::listen, "rework-listen");
    private volatile boolean closed;
    private volatile @Nullable Connection connection;

    WakeUps(DatabaseAddress address, MonitorContext context, WorkerPool pool) {
        this.address = address;
        this.context = context;
        this.pool = pool;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
        try {
            Connection open = connection;
            if (open != null) {
                open.abort(Runnable::run);
            }
            thread.join(1_000);
        } catch (SQLException e) {
            context.listener().details("closing LISTEN: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void listen() {
        while (!closed) {
            try (Connection opened = address.dataSource("monitor-listen").getConnection()) {
                connection = opened;
                try (Statement statement = opened.createStatement()) {
                    statement.execute("listen rework_ready");
                    statement.execute("listen rework_kill");
                }
                // What was said before we listened was not heard.
                context.bell().look();
                hear(opened);
            } catch (SQLException e) {
                if (!closed) {
                    context.listener().details("LISTEN ended, looking once a second meanwhile: " + e.getMessage());
                }
            }
            pause();
        }
    }

    private void hear(Connection opened) throws SQLException {
        PGConnection driver = opened.unwrap(PGConnection.class);
        while (!closed) {
            PGNotification[] heard = driver.getNotifications(SILENCE_MILLIS);
            if (heard == null || heard.length == 0) {
                // A connection that died without a word answers nothing, and hears nothing, for ever.
                echo(opened);
            } else {
                for (PGNotification notification : heard) {
                    hear(notification);
                }
            }
        }
    }

    private void hear(PGNotification notification) {
        if (notification.getName().equals("rework_kill")) {
            context.bell().look();
        } else if (notification.getParameter().equals(context.options().domain())) {
            // One that was idle is at it already: looking at once would only be in its way.
            long patience = pool.ready() ? CALM_NANOS : 0;
            context.bell().readyBy(System.nanoTime() + patience);
        }
    }

    private static void echo(Connection opened) throws SQLException {
        // A query's own timeout is told to the server, which may be what does not answer.
        int before = opened.getNetworkTimeout();
        opened.setNetworkTimeout(Runnable::run, ECHO_MILLIS);
        try (Statement statement = opened.createStatement();
                ResultSet channels = statement.executeQuery("select count(*) from pg_listening_channels()")) {
            if (!channels.next() || channels.getInt(1) < 2) {
                throw new SQLException("it listens no more", "08006");
            }
        }
        opened.setNetworkTimeout(Runnable::run, before);
    }

    private void pause() {
        try {
            if (!closed) {
                TimeUnit.MILLISECONDS.sleep(RETRY_MILLIS);
            }
        } catch (InterruptedException e) {
            // Closing.
            Thread.currentThread().interrupt();
        }
    }
}
