package dev.rework.worker;

/**
 * When the queues may be looked at from their very beginning. An old snapshot held open somewhere keeps dead entries at
 * the beginning of the index, and each look from there steps over all of them: quick looks get a twentieth of the time,
 * slow ones one a second, so that few claims wait for them.
 */
final class ProbeBudget {
    private static final long SHARE = 19;
    private static final long SLOW_NANOS = 2_000_000;
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
        long took = ended - began;
        next = ended + (took > SLOW_NANOS ? AT_LEAST_NANOS : SHARE * took);
    }
}
