package dev.rework;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The task at hand, given to an operation that asks for it. To be used by the thread that runs the operation, and by
 * threads it starts, until the method returns.
 */
public interface TaskContext {
    /** The task's id. */
    long id();

    /** Which attempt this is: 1 the first time. */
    int attempt();

    /** The input, read as {@code type}; null when there is none. IllegalStateException when it is raw bytes. */
    <T> @Nullable T input(Class<T> type);

    /** The bytes given as raw input; null when there are none. */
    byte @Nullable [] rawInput();

    /** Keeps {@code output} as the task's output, stored with its outcome; the last one wins. */
    void saveOutput(@Nullable Object output);

    /** Keeps {@code output}, as it is, as the task's output, stored with its outcome; the last one wins. */
    void saveRawOutput(byte[] output);

    /**
     * Ends this task as done in a transaction of the operation's own, so that what it wrote there and the task's end are
     * committed together, or neither is: call it last before the commit, on a connection without auto-commit to the
     * database the task is in. The output is what was saved so far. Once it is committed nothing the method does or throws
     * changes that end; rolled back, the method's return or throw decides as ever. Neither commits nor closes.
     *
     * @throws IllegalStateException when the task is not this attempt's any more (aborted, or declared lost): roll back
     * @throws SQLException of the driver; the connection's login needs the rights of {@code rework_worker}, where there are roles
     */
    void doneIn(Connection connection) throws SQLException;

    /** What the caller attached; never null. */
    Map<String, Object> metadata();

    /** Says how far the task is: stored soon after, the last one wins. Never blocks. */
    void progress(long done, long total, String message);

    /** Whether the end of this task was asked for: the method should clean up and return or throw. */
    boolean isAborting();

    /** From here on, lines below {@code level} are not stored; without it everything is. */
    void captureLogs(System.Logger.Level level);

    /** A client on the worker's database, to schedule children (this task is their parent) and join them. */
    Rework rework();
}
