package dev.rework.worker;

/**
 * When the queues may be looked at from their very beginning. An old snapshot held open somewhere keeps dead entries at
 * the beginning of the index, and each look from there steps over all of them: such looks get a fiftieth of the time,
 * so that few claims wait for one, but at least one a second.
 */
final class ProbeBudget {
    private static final long SHARE = 49;
    private static final long AT_LEAST_NANOS = 1_000_000_000;

    private long next;
    private long last = Long.MAX_VALUE;
    private boolean used;

    /** Whether a look from the beginning is due. */
    boolean allows(long now) {
        return !used || now - next >= 0;
    }

    /** How long until one is. */
    long untilAllowed(long now) {
        return used ? Math.max(0, next - now) : 0;
    }

    /** One was taken. Of the last two, the quicker counts: one may be slow because the machine was busy. */
    void spent(long began, long ended) {
        long took = ended - began;
        next = ended + Math.min(AT_LEAST_NANOS, SHARE * Math.min(took, last));
        last = took;
        used = true;
    }
}
