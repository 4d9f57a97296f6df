package dev.rework.internal.db;

import dev.rework.Missed;
import dev.rework.Overlap;
import java.time.Duration;

/** How a plan fires: the same whether prepared or declared. */
public record PlanPolicy(Missed missed, int missedMax, Overlap overlap, Duration jitter) {
    private static final Duration LONGEST_JITTER = Duration.ofDays(366);

    /** At most this many missed or waiting instants are kept, unless said otherwise. */
    public static final int MISSED_MAX = 100;

    /** Nothing is made up for, tasks may overlap, each begins at its instant. */
    public static final PlanPolicy DEFAULT = new PlanPolicy(Missed.SKIP, MISSED_MAX, Overlap.ALLOW, Duration.ZERO);

    public PlanPolicy {
        if (missedMax < 1 || missedMax > 10_000) {
            throw new IllegalArgumentException("at most " + missedMax + " missed instants: 1 to 10000 are allowed");
        }
        if (jitter.isNegative() || jitter.compareTo(LONGEST_JITTER) > 0) {
            throw new IllegalArgumentException("a jitter of " + jitter + " is not within PT0S and a year");
        }
    }
}
