package dev.rework;

import dev.rework.internal.ClientOptions;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A client of a rework database: schedules tasks, waits for them, reads and aborts them. Threads may share it; it holds
 * connections and, while tasks are joined, one thread: close it. Every verb blocks for its statement and has a
 * transaction of its own, except under {@link #in}.
 */
public final class Rework implements AutoCloseable {
    private Rework() {}

    /**
     * A client of the configured database: {@code REWORK_DB}, {@code rework.cfg}, {@code DATABASE_URL}, {@code PG*}
     * variables, else the embedded Postgres.
     */
    public static Rework connect() {
        throw new UnsupportedOperationException("coming");
    }

    /** A client of the database of this address, or of this name in {@code rework.cfg}. */
    public static Rework connect(String address) {
        throw new UnsupportedOperationException("coming");
    }

    /** A client on the caller's connections; closing the client leaves {@code dataSource} open. */
    public static Rework over(DataSource dataSource) {
        throw new UnsupportedOperationException("coming");
    }

    /** For rework's own processes. */
    public static Rework open(ClientOptions options) {
        throw new UnsupportedOperationException("coming");
    }

    /** Schedules an operation without input. */
    public Task<Object> schedule(String operation) {
        return task(operation).schedule();
    }

    /** Schedules an operation. */
    public Task<Object> schedule(String operation, @Nullable Object input) {
        return task(operation).input(input).schedule();
    }

    /** Schedules an operation whose output is read as {@code output}. */
    public <O> Task<O> schedule(String operation, @Nullable Object input, Class<O> output) {
        return task(operation).input(input).output(output).schedule();
    }

    /** Schedules an operation by its reference. */
    public <I, O> Task<O> schedule(OperationRef<I, O> operation, I input) {
        return task(operation).input(input).schedule();
    }

    /** Begins to describe a task. */
    public TaskBuilder<Object> task(String operation) {
        return new TaskBuilder<>(operation);
    }

    /** Begins to describe a task by its operation's reference. */
    public <O> TaskBuilder<O> task(OperationRef<?, O> operation) {
        throw new UnsupportedOperationException("coming");
    }

    /** One task per input, with ids in their order, in one transaction. */
    public List<Task<Object>> scheduleAll(String operation, List<?> inputs) {
        throw new UnsupportedOperationException("coming");
    }

    /** One task per input, with ids in their order, in one transaction. */
    public <I, O> List<Task<O>> scheduleAll(OperationRef<I, O> operation, List<? extends I> inputs) {
        throw new UnsupportedOperationException("coming");
    }

    /** Schedules in the caller's own transaction. */
    public ReworkTx in(Connection connection) {
        throw new UnsupportedOperationException("coming");
    }

    /** The task of this id, when there is one. */
    public Optional<Task<Object>> find(long id) {
        throw new UnsupportedOperationException("coming");
    }

    /** Tasks as they are now, by one read. */
    public List<TaskSnapshot> tasks(TaskFilter filter) {
        throw new UnsupportedOperationException("coming");
    }

    /** Registers the operations of a jar, a directory of classes or one {@code .java} file for this host. */
    public Registered register(Path path) {
        throw new UnsupportedOperationException("coming");
    }

    /** Creates or upgrades the schema {@code rework}. */
    public void initDb() {
        throw new UnsupportedOperationException("coming");
    }

    @Override
    public void close() {}
}
