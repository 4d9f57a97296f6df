package dev.rework.internal;

import java.util.random.RandomGenerator;

/**
 * When a failed attempt is followed by another: the first delay doubled with each attempt, a tenth up or down, and never
 * more than a greatest delay.
 *
 * @param retries how often a task may run again
 * @param backoffMs the first delay
 * @param maxBackoffMs the greatest
 */
public record RetryDelay(int retries, long backoffMs, long maxBackoffMs) {
    private static final int MOST_DOUBLINGS = 40;

    // A registration of before there was a limit may say more than any moment bears.
    private static final long LONGEST_MS = Limits.DURATION.toMillis();

    /** How long after attempt number {@code attempt}, 1 being the first, the next may begin; -1 when none may. */
    public long millis(int attempt, RandomGenerator random) {
        if (attempt > retries) {
            return -1;
        }
        double doubled = backoffMs * (double) (1L << Math.min(Math.max(attempt - 1, 0), MOST_DOUBLINGS));
        double longest = Math.min(doubled * 1.1, (double) Math.min(maxBackoffMs, LONGEST_MS));
        return (long) (longest * (1 - 0.18 * random.nextDouble()));
    }
}
