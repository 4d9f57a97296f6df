package dev.rework.internal.db;

import dev.rework.internal.Pooler;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * Where waiters learn that tasks are done: a connection that listens and reads, or, without LISTEN, one from the pool
 * for each read. All but {@link #interrupt} is for the listening thread.
 */
public final class DoneSource {
    private static final String LISTEN = "listen rework_done";
    private static final String UNLISTEN = "unlisten *";

    private final DataSource connections;
    private final @Nullable DataSource listenAt;
    private volatile @Nullable Connection listening;
    private boolean pooler;

    /** Listens and reads on a connection of {@code listenAt}; when that is null, only reads, on {@code connections}. */
    public DoneSource(DataSource connections, @Nullable DataSource listenAt) {
        this.connections = connections;
        this.listenAt = listenAt;
    }

    /** Begins to listen unless it does; false when there is no LISTEN here. Of what happens after it, it is told. */
    boolean listen() throws SQLException {
        if (listenAt == null || pooler) {
            return false;
        }
        if (listening != null) {
            return true;
        }
        Connection connection = Database.committing(listenAt.getConnection());
        try (Statement statement = connection.createStatement()) {
            pooler = !connection.isWrapperFor(PGConnection.class) || Pooler.standsBefore(connection);
            if (pooler) {
                connection.close();
                return false;
            }
            statement.execute(LISTEN);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        listening = connection;
        return true;
    }

    /** Whether it listens already: of what happened since, it is told. */
    boolean isListening() {
        return listening != null;
    }

    /** The present states of these tasks; rows that are gone are missing. */
    Map<Long, TaskStates.Row> states(Set<Long> tasks) throws SQLException {
        Connection open = listening;
        if (open != null) {
            return TaskStates.read(open, tasks);
        }
        try (Connection connection = Database.committing(connections.getConnection())) {
            return TaskStates.read(connection, tasks);
        }
    }

    /** Waits for a notification, so long at most; whether one came. Only after {@link #listen}. */
    boolean heard(long millis) throws SQLException {
        Connection connection = listening;
        return connection == null || connection.unwrap(PGConnection.class).getNotifications((int) millis).length > 0;
    }

    /** Ends a pause from another thread, and with it the connection. */
    void interrupt() {
        Connection connection = listening;
        if (connection != null) {
            try {
                connection.abort(Runnable::run);
            } catch (SQLException e) {
                return;
            }
        }
    }

    /** Gives the listening connection back. */
    void close() {
        Connection connection = listening;
        listening = null;
        if (connection == null) {
            return;
        }
        try (connection;
                Statement statement = connection.createStatement()) {
            statement.execute(UNLISTEN);
        } catch (SQLException e) {
            return;
        }
    }
}
