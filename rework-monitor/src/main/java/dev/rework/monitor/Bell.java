package dev.rework.monitor;

import java.util.concurrent.TimeUnit;

/** Wakes the monitor's loop before its time. Threads may share it. */
final class Bell {

    private boolean rung;
    private boolean lookWanted;
    private boolean ready;
    private boolean waiting;
    private long until;
    private boolean isSoon;
    private long soon;

    /** Something may have to be done now. */
    synchronized void ring() {
        rung = true;
        notifyAll();
    }

    /** Something changed in the database that should be seen at once. */
    synchronized void look() {
        lookWanted = true;
        ring();
    }

    /** Something was queued. */
    synchronized void ready() {
        ready = true;
        ring();
    }

    /** Something has to be done at a moment of {@link System#nanoTime}, if the loop would sleep beyond it. */
    synchronized void by(long nanos) {
        if (!isSoon || nanos - soon < 0) {
            isSoon = true;
            soon = nanos;
            if (waiting && nanos - until < 0) {
                notifyAll();
            }
        }
    }

    /** Whether a look was asked for since the last call. */
    synchronized boolean takeLook() {
        boolean wanted = lookWanted;
        lookWanted = false;
        return wanted;
    }

    /** Whether something was queued since the last call. */
    synchronized boolean takeReady() {
        boolean was = ready;
        ready = false;
        return was;
    }

    /** Waits until somebody rings, or the moment comes. */
    synchronized void await(long untilNanos) throws InterruptedException {
        until = untilNanos;
        waiting = true;
        try {
            for (long left = left(); !rung && left > 0; left = left()) {
                TimeUnit.NANOSECONDS.timedWait(this, Math.max(left, 1_000_000));
            }
            rung = false;
            isSoon = false;
        } finally {
            waiting = false;
        }
    }

    private long left() {
        long end = isSoon && soon - until < 0 ? soon : until;
        return end - System.nanoTime();
    }
}
