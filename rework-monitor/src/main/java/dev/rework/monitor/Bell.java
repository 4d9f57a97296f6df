package dev.rework.monitor;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Wakes the monitor's loop before its time. Threads may share it. */
final class Bell {

    private final CompletableFuture<Boolean> stopped = new CompletableFuture<>();
    private boolean rung;
    private boolean lookWanted;
    private @Nullable Long ready;
    private boolean waiting;
    private long until;
    private boolean isSoon;
    private long soon;

    /** Something may have to be done now. */
    synchronized void ring() {
        rung = true;
        notifyAll();
    }

    /** The monitor should end. */
    void stop() {
        stopped.complete(true);
        ring();
    }

    /** Done once it should; for those who wait for something else. */
    CompletableFuture<Boolean> stopped() {
        return stopped;
    }

    /** Something changed in the database that should be seen at once. */
    synchronized void look() {
        lookWanted = true;
        ring();
    }

    /** Something was queued, which should be looked at by a moment of {@link System#nanoTime}. */
    synchronized void readyBy(long nanos) {
        if (ready == null || nanos - ready < 0) {
            ready = nanos;
        }
        by(nanos);
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

    /** By when what was queued since the last call should be looked at; null when nothing was. */
    synchronized @Nullable Long takeReady() {
        Long by = ready;
        ready = null;
        return by;
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
