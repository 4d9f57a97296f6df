package dev.rework.internal.db;

import org.jspecify.annotations.Nullable;

/**
 * What a handle knows its task by. After a failover that lost the last commits an id may be given out again: then the
 * row is another task's, as its token tells.
 *
 * @param token null when the task was found by its id alone
 */
public record TaskKey(long id, @Nullable Long token) {
    /** By its id alone. */
    public static TaskKey of(long id) {
        return new TaskKey(id, null);
    }

    /** Whether the row that has the id is this task's. */
    public boolean fits(long stored) {
        return token == null || token == stored;
    }
}
