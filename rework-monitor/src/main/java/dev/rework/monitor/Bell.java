package dev.rework.monitor;

import java.util.concurrent.TimeUnit;

/** Wakes the monitor's loop before its time. Threads may share it. */
final class Bell {

    private boolean rung;
    private boolean lookWanted;
    private boolean expecting;
    private long until;

    /** Something may have to be done now. */
    synchronized void ring() {
        rung = true;
        notifyAll();
    }

    /** Something may have changed in the database. */
    synchronized void look() {
        lookWanted = true;
        ring();
    }

    /** Something has to be done at a moment of {@link System#nanoTime}, if the loop would sleep beyond it. */
    synchronized void by(long nanos) {
        if (!expecting || nanos - until < 0) {
            ring();
        }
    }

    /** Whether a look was asked for since the last call. */
    synchronized boolean takeLook() {
        boolean wanted = lookWanted;
        lookWanted = false;
        return wanted;
    }

    /** Waits until somebody rings, or the moment comes. */
    synchronized void await(long untilNanos) throws InterruptedException {
        until = untilNanos;
        expecting = true;
        try {
            for (long left = untilNanos - System.nanoTime(); !rung && left > 0; left = untilNanos - System.nanoTime()) {
                TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, 1_000_000));
            }
            rung = false;
        } finally {
            expecting = false;
        }
    }
}
