package dev.rework.worker;

/**
 * How long this worker may believe that nobody has declared it dead: {@value #SECONDS} s from the last renewal of a lease
 * that covers it. Beyond, another host may run again what is meant to survive a crash.
 */
final class TrustWindow {
    static final long SECONDS = 12;

    private volatile long seen = System.nanoTime();
    private volatile double seenUptime = OwnProcess.uptime();

    /** A lease was renewed by something that began at {@code began}. */
    void renewed(long began) {
        seen = began;
        seenUptime = OwnProcess.uptime() - (System.nanoTime() - began) / 1e9;
    }

    /**
     * The monitor says that it renewed its lease. Once the time is over that is no proof any more: it may have been said before
     * a pause of this process, or by a monitor that was silent as long. Then only this worker's own row tells.
     */
    void told() {
        if (!over()) {
            renewed(System.nanoTime());
        }
    }

    /** How long ago that was. */
    long ageNanos() {
        return System.nanoTime() - seen;
    }

    /** Whether the time is over by the monotonic clock. */
    boolean overByClock() {
        return ageNanos() > SECONDS * 1_000_000_000L;
    }

    /** Whether the time is over. Also counts suspensions of the machine, during which the monotonic clock stands. */
    boolean over() {
        if (overByClock()) {
            return true;
        }
        double uptime = OwnProcess.uptime();
        return uptime >= 0 && uptime - seenUptime > SECONDS;
    }
}
