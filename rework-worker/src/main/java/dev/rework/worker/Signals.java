package dev.rework.worker;

import org.jspecify.annotations.Nullable;

/** What the loop is told by other threads, and where it waits for it. */
final class Signals {
    private boolean wake;
    private boolean reload;
    private boolean orphan;
    private @Nullable String stop;

    /** @param wake whether there may be work from the beginning */
    Signals(boolean wake) {
        this.wake = wake;
    }

    /** There may be work. */
    synchronized void wake() {
        wake = true;
        notifyAll();
    }

    /** Registrations changed. */
    synchronized void reload() {
        reload = true;
        notifyAll();
    }

    /** The monitor is gone: no more work, whatever else is said. */
    synchronized void orphan() {
        orphan = true;
        notifyAll();
    }

    /** End after the task in hand. The first reason stays. */
    synchronized void stop(String reason) {
        if (stop == null) {
            stop = reason;
        }
        notifyAll();
    }

    synchronized boolean isOrphan() {
        return orphan;
    }

    /** Why no more work should be taken; null while it should. */
    synchronized @Nullable String stopReason() {
        return orphan && stop == null ? "its monitor went away" : stop;
    }

    /** Whether there was a wake-up since the last call. */
    synchronized boolean takeWake() {
        boolean was = wake;
        wake = false;
        return was;
    }

    /** Whether registrations changed since the last call. */
    synchronized boolean takeReload() {
        boolean was = reload;
        reload = false;
        return was;
    }

    /** Waits a moment, whatever is said. */
    synchronized void rest(long millis) {
        try {
            wait(millis);
        } catch (InterruptedException strayOfATask) {
            // As below.
        }
    }

    /** Waits until something is said, so long at most. */
    synchronized void await(long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        try {
            for (long left = millis; left > 0 && !wake && !reload && !orphan && stop == null; ) {
                wait(left);
                left = (end - System.nanoTime()) / 1_000_000;
            }
        } catch (InterruptedException strayOfATask) {
            // Nobody interrupts this thread but tasks and their remains: look again.
        }
    }
}
