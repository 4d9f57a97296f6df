package dev.rework.monitor;

import java.sql.SQLException;
import java.sql.SQLTransientException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Whether the database is out of reach, and when to try again. Threads may share it. */
final class Outage {

    private static final long FIRST_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long LAST_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final MonitorListener listener;
    private long backoff;
    private long restUntil;

    Outage(MonitorListener listener) {
        this.listener = listener;
    }

    /** Whether nobody should try just now. */
    synchronized boolean isResting() {
        return backoff > 0 && System.nanoTime() - restUntil < 0;
    }

    synchronized boolean isOn() {
        return backoff > 0;
    }

    /** When to try again, by {@link System#nanoTime}; only while it is on. */
    synchronized long restUntil() {
        return restUntil;
    }

    synchronized void failed(Throwable why) {
        if (backoff == 0) {
            listener.says("database out of reach, running tasks go on: " + message(why));
            backoff = FIRST_NANOS;
        } else if (System.nanoTime() - restUntil >= 0) {
            backoff = Math.min(2 * backoff, LAST_NANOS);
        }
        restUntil = System.nanoTime()
                + (long) (backoff * (0.5 + ThreadLocalRandom.current().nextDouble() / 2));
    }

    synchronized void worked() {
        if (backoff > 0) {
            backoff = 0;
            listener.says("database is back");
        }
    }

    /** Whether an error says that the database is away, full, or starting: worth another try later. */
    static boolean is(Throwable error) {
        SQLException sql = sql(error);
        if (sql == null) {
            return false;
        }
        String state = sql.getSQLState();
        return sql instanceof SQLTransientException
                || state == null
                || state.startsWith("08")
                || state.startsWith("53")
                || state.startsWith("57")
                || state.startsWith("58")
                || state.startsWith("40")
                || state.equals("25006")
                || state.equals("55P03");
    }

    /** Whether the server itself said that it ends or does not take the connection just now, or ended one without a word. */
    static boolean isHeard(Throwable error) {
        SQLException sql = sql(error);
        String state = sql == null ? null : sql.getSQLState();
        return state != null && (state.startsWith("57P") || state.equals("08006"));
    }

    private static @Nullable SQLException sql(Throwable error) {
        for (Throwable cause = error; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return sql;
            }
        }
        return null;
    }

    private static String message(Throwable error) {
        SQLException sql = sql(error);
        Throwable root = sql == null ? error : sql.getCause() instanceof SQLException inner ? inner : sql;
        return String.valueOf(root.getMessage()).lines().findFirst().orElse("no reason given");
    }
}
