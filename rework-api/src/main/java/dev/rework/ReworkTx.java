package dev.rework;

import java.sql.Connection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Schedules in the caller's own connection and transaction, from {@link Rework#in}. Never commits, rolls back or closes
 * it. For the thread that has the connection. Tasks exist, and workers are woken, when the caller commits.
 */
public final class ReworkTx {
    private final Client client;
    private final Connection connection;

    ReworkTx(Client client, Connection connection) {
        this.client = client;
        this.connection = connection;
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
        return new TaskBuilder<>(operation, asked -> client.scheduleIn(connection, asked));
    }

    /** Begins to describe a task by its operation's reference. */
    public <O> TaskBuilder<O> task(OperationRef<?, O> operation) {
        return TaskBuilder.of(operation, asked -> client.scheduleIn(connection, asked));
    }

    /** One task per input, with ids in their order, by one statement. */
    public List<Task<Object>> scheduleAll(String operation, List<?> inputs) {
        return client.scheduleAllIn(connection, task(operation), inputs);
    }

    /** One task per input, with ids in their order, by one statement. */
    public <I, O> List<Task<O>> scheduleAll(OperationRef<I, O> operation, List<? extends I> inputs) {
        return client.scheduleAllIn(connection, task(operation), inputs);
    }
}
