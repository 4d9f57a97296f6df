package dev.rework.worker;

/**
 * When the queues may be looked at from their very beginning. An old snapshot held open somewhere keeps dead entries at
 * the beginning of the index, and each look from there steps over all of them: such looks get a twentieth of the time,
 * but at least one a second.
 */
final class ProbeBudget {
    private static final long SHARE = 19;
    private static final long AT_LEAST_NANOS = 1_000_000_000;

    private long next;
    private boolean used;

    /** Whether a look from the beginning is due. */
    boolean allows(long now) {
        return !used || now - next >= 0;
    }

    /** How long until one is. */
    long untilAllowed(long now) {
        return used ? Math.max(0, next - now) : 0;
    }

    /** One was taken. */
    void spent(long began, long ended) {
        used = true;
        next = ended + Math.min(AT_LEAST_NANOS, SHARE * (ended - began));
    }
}
