package dev.rework.monitor;

import java.util.concurrent.TimeUnit;

/** How long to wait after workers that ended before they reported in: 1 s, doubled up to a minute. Threads may share it. */
final class StartBackoff {

    private static final long LONGEST = TimeUnit.SECONDS.toNanos(60);

    private int failures;
    private long until;

    /** Whether none should be started just now. */
    synchronized boolean isResting() {
        return failures > 0 && System.nanoTime() - until < 0;
    }

    /** One failed; answers how many seconds nobody is started now. */
    synchronized long failed() {
        if (!isResting()) {
            failures++;
        }
        long nanos = Math.min(LONGEST, TimeUnit.SECONDS.toNanos(1L << Math.min(failures - 1, 6)));
        until = System.nanoTime() + nanos;
        return TimeUnit.NANOSECONDS.toSeconds(nanos);
    }

    synchronized void worked() {
        failures = 0;
    }
}
