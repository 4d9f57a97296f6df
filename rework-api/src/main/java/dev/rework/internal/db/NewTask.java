package dev.rework.internal.db;

import dev.rework.internal.Limits;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is common to the tasks of one insert.
 *
 * @param domain the operation's, to wake its workers
 * @param host the only host that may run it; empty for any
 * @param at not before this moment; null for now
 * @param delay added to {@code at} by the database's clock
 * @param metadata a JSON object
 * @param parent the task that schedules it
 * @param token random: a repeated insert, and a handle, know their own row by it
 */
public record NewTask(
        long operation,
        String domain,
        String host,
        int priority,
        @Nullable Instant at,
        Duration delay,
        String metadata,
        @Nullable Long parent,
        long token) {

    public NewTask {
        if (delay.isNegative()) {
            throw new IllegalArgumentException("a delay cannot be negative: " + delay);
        }
        Limits.demandDue(at, delay, priority);
    }

    /** Whether it is due as soon as it is there. */
    boolean due() {
        return at == null && delay.isZero();
    }

    /** What it is given: JSON text, or bytes, or nothing. */
    public record Input(@Nullable String json, byte @Nullable [] raw) {}
}
