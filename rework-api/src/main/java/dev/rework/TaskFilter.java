package dev.rework;

import org.jspecify.annotations.Nullable;

/**
 * Which tasks to list: {@code TaskFilter.all().domain("images").state(TaskState.QUEUED)}. Without {@code after} the
 * newest {@code limit} of them, with it the next {@code limit} above that id; the oldest first in both cases.
 */
public record TaskFilter(
        @Nullable String domain,
        @Nullable String host,
        @Nullable TaskState state,
        @Nullable String operation,
        int limit,
        @Nullable Long after) {

    public TaskFilter {
        if (limit < 1 || limit > 100_000) {
            throw new IllegalArgumentException("limit " + limit + " is not within 1 to 100000");
        }
    }

    /** The newest 50 tasks. */
    public static TaskFilter all() {
        return new TaskFilter(null, null, null, null, 50, null);
    }

    /** Only tasks of this domain. */
    public TaskFilter domain(String domain) {
        return new TaskFilter(domain, host, state, operation, limit, after);
    }

    /** Only tasks meant for this host. */
    public TaskFilter host(String host) {
        return new TaskFilter(domain, host, state, operation, limit, after);
    }

    /** Only tasks in this state. */
    public TaskFilter state(TaskState state) {
        return new TaskFilter(domain, host, state, operation, limit, after);
    }

    /** Only tasks of operations of this name. */
    public TaskFilter operation(String operation) {
        return new TaskFilter(domain, host, state, operation, limit, after);
    }

    /** At most so many, 50 when not said. */
    public TaskFilter limit(int limit) {
        return new TaskFilter(domain, host, state, operation, limit, after);
    }

    /** Only tasks whose id is above this one, the lowest first. */
    public TaskFilter after(long id) {
        return new TaskFilter(domain, host, state, operation, limit, id);
    }
}
