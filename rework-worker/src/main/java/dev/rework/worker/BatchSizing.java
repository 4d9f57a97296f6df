package dev.rework.worker;

import java.util.HashMap;
import java.util.Map;

/**
 * How many tasks of an operation to claim at once: about {@value #WORK_MILLIS} ms of work. One while nothing is known, one
 * for long tasks. Learns from what tasks took; a batch is never more than four times the one before, since the first
 * tasks tell little.
 */
final class BatchSizing {
    static final int MOST = 500;

    private static final long WORK_MILLIS = 20;
    private static final double LONGEST = 1e8;
    private static final double QUICK_NANOS = 200_000;
    private static final int ENOUGH_TO_TELL = 64;

    private final Map<Long, Pace> paces = new HashMap<>();

    /** What is known of an operation. */
    private static final class Pace {
        private double nanos;
        private int last;
    }

    /** How many to claim next. */
    int next(long operation) {
        Pace pace = paces.get(operation);
        if (pace == null) {
            return 1;
        }
        double fitting = WORK_MILLIS * 1e6 / Math.max(pace.nanos, 1);
        return (int) Math.max(1, Math.min(Math.min(fitting, MOST), pace.last * 4.0));
    }

    /** Whether its tasks are known to be so short that none of them starts a process or prints past us. */
    boolean isQuick(long operation) {
        Pace pace = paces.get(operation);
        return pace != null && pace.last >= ENOUGH_TO_TELL && pace.nanos < QUICK_NANOS;
    }

    /** So many tasks took so long together. */
    void learn(long operation, int tasks, long nanos) {
        if (tasks == 0) {
            return;
        }
        double mean = Math.min((double) nanos / tasks, LONGEST);
        Pace pace = paces.get(operation);
        if (pace == null) {
            pace = new Pace();
            pace.nanos = mean;
            paces.put(operation, pace);
        } else {
            pace.nanos = (pace.nanos + mean) / 2;
        }
        pace.last = tasks;
    }
}
