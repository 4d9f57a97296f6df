package dev.rework.internal.db;

import dev.rework.DatabaseRefused;
import dev.rework.DatabaseUnreachable;
import dev.rework.ReworkException;
import dev.rework.SchemaMismatch;
import dev.rework.sql.Schema;
import dev.rework.sql.SchemaException;
import dev.rework.sql.SchemaStatus;
import java.net.UnknownHostException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLTransientConnectionException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A client's way to its database: repeats what a lost connection interrupted, checks the schema once, and turns the
 * driver's errors into ours. Threads may share it.
 */
public final class Database {
    private static final long PATIENCE_NANOS = Duration.ofSeconds(15).toNanos();
    private static final long FIRST_PAUSE_NANOS = Duration.ofMillis(100).toNanos();
    private static final long LONGEST_PAUSE_NANOS = Duration.ofSeconds(3).toNanos();
    /** Shut down, crashed, starting up, out of connections, and a primary that became a standby. */
    private static final Set<String> LOST = Set.of("57P01", "57P02", "57P03", "53300", "25006");

    /** Rolled back in favour of somebody else: deadlock, serialization, a lock that was not free in time. */
    private static final Set<String> LOCKED_OUT = Set.of("40P01", "40001", "55P03");

    private static final int LOCKED_OUT_MOST = 5;

    private final DataSource connections;
    private final String shown;
    private final boolean inTask;
    private volatile boolean reached;
    private volatile boolean checked;

    /** Work on a connection that commits by itself. */
    @FunctionalInterface
    public interface Work<T extends @Nullable Object> {
        /** What is done; runs again after a lost connection. */
        T on(Connection connection) throws SQLException;
    }

    /** Work that takes its connections itself, such as a store's. */
    @FunctionalInterface
    public interface Task<T extends @Nullable Object> {
        /** What is done; runs again after a lost connection. */
        T run() throws SQLException;
    }

    /** On these connections; {@code shown} is how people know the database, without a password. */
    public Database(DataSource connections, String shown) {
        this(connections, shown, false);
    }

    private Database(DataSource connections, String shown, boolean inTask) {
        this.connections = connections;
        this.shown = shown;
        this.inTask = inTask;
    }

    /** The same for the code of a task: it goes on when the schema is upgraded, as its worker does. */
    public static Database ofTask(DataSource connections, String shown) {
        return new Database(connections, shown, true);
    }

    /** A connection that commits by itself, whatever its pool's default. */
    public Connection open() throws SQLException {
        return committing(connections.getConnection());
    }

    static Connection committing(Connection connection) throws SQLException {
        if (!connection.getAutoCommit()) {
            connection.setAutoCommit(true);
        }
        return connection;
    }

    /** Does work that bears being repeated, on a connection of its own, in a database whose schema fits. */
    public <T extends @Nullable Object> T call(String what, Work<T> work) {
        return repeat(what, () -> {
            try (Connection connection = open()) {
                check(connection);
                return work.on(connection);
            }
        });
    }

    /** The same for work that takes its connections itself. */
    public <T extends @Nullable Object> T read(String what, Task<T> task) {
        if (!checked) {
            call("read the schema's version", connection -> true);
        }
        return repeat(what, task);
    }

    /** Creates or upgrades the schema. */
    public void install() {
        repeat("install the schema", () -> {
            try (Connection connection = open()) {
                connection.setNetworkTimeout(
                        Runnable::run, (int) Duration.ofMinutes(1).toMillis());
                return Schema.install(connection);
            }
        });
        checked = true;
    }

    private <T extends @Nullable Object> T repeat(String what, Task<T> task) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        long pause = FIRST_PAUSE_NANOS;
        int lockedOut = 0;
        while (true) {
            try {
                T result = task.run();
                reached = true;
                return result;
            } catch (SQLException | RuntimeException e) {
                boolean again = isLockedOut(e)
                        ? ++lockedOut < LOCKED_OUT_MOST
                        : isLost(e) && reached && System.nanoTime() <= end;
                if (!again || Thread.currentThread().isInterrupted()) {
                    throw translate(what, e);
                }
            }
            LockSupport.parkNanos(ThreadLocalRandom.current().nextLong(pause / 2, pause));
            pause = Math.min(pause * 2, LONGEST_PAUSE_NANOS);
        }
    }

    private void check(Connection connection) throws SQLException {
        if (checked) {
            return;
        }
        SchemaStatus status = Schema.status(connection);
        if (!inTask || !(status instanceof SchemaStatus.Newer)) {
            demandCurrent(status);
        }
        checked = true;
    }

    /**
     * Makes sure that this program may begin to work with what is there.
     *
     * @throws SchemaMismatch when the schema is missing, older, newer or another program's
     */
    public static void demandCurrent(Connection connection) throws SQLException {
        demandCurrent(Schema.status(connection));
    }

    private static void demandCurrent(SchemaStatus status) {
        if (!status.isCurrent()) {
            throw new SchemaMismatch(status.describe());
        }
    }

    /** Whether the connection is gone, so that the same statement may well pass on another one. */
    public static boolean isLost(Throwable error) {
        if (error instanceof SQLTransientConnectionException) {
            return true;
        }
        SQLException sql = sql(error);
        String state = sql == null ? null : sql.getSQLState();
        return sql instanceof SQLTransientConnectionException
                || (state != null && (state.startsWith("08") || LOST.contains(state)));
    }

    /** Whether who is logged in lacks a right. */
    static boolean isForbidden(Throwable error) {
        SQLException sql = sql(error);
        return sql != null && "42501".equals(sql.getSQLState());
    }

    private static boolean isLockedOut(Throwable error) {
        SQLException sql = sql(error);
        return sql != null && LOCKED_OUT.contains(String.valueOf(sql.getSQLState()));
    }

    /** Ours for an error of the driver, alone or wrapped; ours and programming errors stay as they are. */
    public RuntimeException translate(String what, Throwable error) {
        SQLException sql = sql(error);
        if (error instanceof ReworkException ours) {
            return ours;
        }
        if (error instanceof SchemaException schema) {
            return new SchemaMismatch(schema.status().describe());
        }
        if (sql == null) {
            return error instanceof RuntimeException unchecked ? unchecked : new IllegalStateException(error);
        }
        String state = String.valueOf(sql.getSQLState());
        if (state.equals("42P01") || state.equals("3F000")) {
            return new SchemaMismatch(new SchemaStatus.Missing().describe());
        }
        // 28: not let in. 3D000: no such database. Whether first or later, people look for the mistake in the address.
        if (isLost(sql) || state.startsWith("28") || state.equals("3D000")) {
            return new DatabaseUnreachable("cannot reach " + shown + ": " + reason(sql), sql);
        }
        return new DatabaseRefused("cannot " + what + ": " + reason(sql), sql);
    }

    private static String reason(SQLException error) {
        Throwable deepest = error;
        while (deepest.getCause() instanceof SQLException cause) {
            deepest = cause;
        }
        if (deepest.getCause() instanceof UnknownHostException unknown) {
            return "there is no host " + unknown.getMessage();
        }
        String message = String.valueOf(deepest.getMessage()).strip();
        int end = message.indexOf('\n');
        return end < 0 ? message : message.substring(0, end);
    }

    private static @Nullable SQLException sql(Throwable error) {
        Throwable at = error;
        for (int depth = 0; at != null && depth < 20; depth++) {
            if (at instanceof SQLException sql) {
                return sql;
            }
            at = at.getCause();
        }
        return null;
    }
}
