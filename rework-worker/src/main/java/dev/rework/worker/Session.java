package dev.rework.worker;

import dev.rework.internal.WorkerLaunch;
import dev.rework.internal.db.TaskQueue;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Properties;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.postgresql.Driver;

/**
 * The worker's one connection, opened when it is needed, shared by its threads one statement at a time. The database
 * going away ends nothing: {@link #insist} tries again for ever.
 */
final class Session {
    private static final long FIRST_PAUSE_MILLIS = 200;
    private static final long LONGEST_PAUSE_MILLIS = 5000;

    // Queue tables have no honest statistics: the planner must not choose by them. All plans we want go by index.
    static final String SETTINGS = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off"
            + " -c enable_bitmapscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off";

    private final WorkerLaunch launch;
    private final Consumer<SQLException> trouble;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition retry = lock.newCondition();
    private @Nullable Connection connection;
    private @Nullable TaskQueue queue;
    private int failures;
    private int opened;

    /**
     * Opens nothing yet.
     *
     * @param trouble told about the first error of each outage
     */
    Session(WorkerLaunch launch, Consumer<SQLException> trouble) {
        this.launch = launch;
        this.trouble = trouble;
    }

    /** What to do with the connection: whole statements in auto-commit. */
    @FunctionalInterface
    interface Work<T> {
        T run(Connection connection, TaskQueue queue) throws SQLException;
    }

    /** Runs it once; the connection is given up after an error that is not about the data. */
    <T> T once(Work<T> work) throws SQLException {
        lock.lock();
        try {
            Connection open = connection;
            TaskQueue tasks = queue;
            if (open == null || tasks == null) {
                open = connect();
                connection = open;
                tasks = next(open);
                queue = tasks;
            }
            T result = work.run(open, tasks);
            failures = 0;
            return result;
        } catch (SQLException e) {
            if (!isAboutData(e)) {
                giveUp();
                if (failures++ == 0) {
                    trouble.accept(e);
                }
            }
            throw e;
        } finally {
            lock.unlock();
        }
    }

    /** Runs it until it succeeds, with growing pauses while the database is away. Errors about the data are thrown. */
    <T> T insist(Work<T> work) throws SQLException {
        while (true) {
            try {
                return once(work);
            } catch (SQLException e) {
                if (isAboutData(e)) {
                    throw e;
                }
                pause();
            }
        }
    }

    /** Whether trying the same again can not help: SQLSTATE classes of wrong data, broken rules, exceeded limits. */
    static boolean isAboutData(SQLException e) {
        String state = e.getSQLState();
        return state != null && (state.startsWith("22") || state.startsWith("23") || state.startsWith("54"));
    }

    /** Cuts a pause short: something changed. */
    void hurry() {
        lock.lock();
        try {
            retry.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits, longer with each failure. */
    void pause() {
        lock.lock();
        try {
            long longest = Math.min(LONGEST_PAUSE_MILLIS, FIRST_PAUSE_MILLIS << Math.min(Math.max(failures - 1, 0), 5));
            long millis = longest / 2 + ThreadLocalRandom.current().nextLong(longest / 2 + 1);
            // Our own threads are interrupted for the user's task alone; then this is just a shorter pause.
            retry.await(millis, TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            lock.unlock();
        }
    }

    /** Closes the connection, for the end of the process. */
    void close() {
        lock.lock();
        try {
            giveUp();
        } finally {
            lock.unlock();
        }
    }

    private void giveUp() {
        Connection broken = connection;
        connection = null;
        queue = null;
        if (broken != null) {
            try {
                broken.close();
            } catch (SQLException alreadyGone) {
                // It is given up because it does not work.
            }
        }
    }

    /** What an earlier connection was told and may still be at counts no more from here on. */
    private TaskQueue next(Connection open) throws SQLException {
        int session = opened++;
        if (session > 0) {
            OwnRow.succeeded(open, launch.worker(), session);
        }
        return new TaskQueue(open, launch.worker(), session);
    }

    private Connection connect() throws SQLException {
        Properties properties = new Properties();
        properties.putAll(launch.database());
        if (!"0".equals(launch.database().get("prepareThreshold"))) {
            properties.setProperty("prepareThreshold", "1");
            String options = launch.database().getOrDefault("options", "");
            properties.setProperty("options", (options + " " + SETTINGS).strip());
        }
        Connection opened = new Driver().connect(launch.jdbcUrl(), properties);
        if (opened == null) {
            throw new SQLException("not an address of Postgres: " + launch.jdbcUrl(), "08001");
        }
        return opened;
    }
}
