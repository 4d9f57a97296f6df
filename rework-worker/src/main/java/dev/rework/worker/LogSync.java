package dev.rework.worker;

import dev.rework.internal.Frame;

/**
 * Waits until the monitor has stored what was printed so far, so that whoever sees a task done finds its lines. Never longer
 * than a second, and not at all while the monitor does not answer.
 */
final class LogSync {
    private static final long PATIENCE_NANOS = 1_000_000_000L;
    private static final long SULK_NANOS = 10_000_000_000L;

    private final Pipe pipe;
    private long asked;
    private long stored;
    private long linesStored;
    private long sulkUntil;
    private boolean sulking;
    private boolean gone;

    LogSync(Pipe pipe) {
        this.pipe = pipe;
    }

    /**
     * Waits, if there may be something to wait for.
     *
     * @param mayHaveChildren whether output may have come past us, from a process the task started
     */
    void sync(boolean mayHaveChildren) {
        long lines = pipe.lines();
        long number;
        synchronized (this) {
            boolean nothing = lines == linesStored && !mayHaveChildren;
            if (gone || nothing || sulking && System.nanoTime() - sulkUntil < 0) {
                return;
            }
            number = ++asked;
        }
        pipe.send(Frame.Type.SYNC, number);
        await(number, lines);
    }

    private synchronized void await(long number, long lines) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        boolean interrupted = false;
        while (stored < number && !gone) {
            long left = end - System.nanoTime();
            if (left <= 0) {
                sulking = true;
                sulkUntil = System.nanoTime() + SULK_NANOS;
                break;
            }
            try {
                wait(left / 1_000_000 + 1);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (stored >= number) {
            linesStored = Math.max(linesStored, lines);
            sulking = false;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    /** The monitor has stored everything before this number. */
    synchronized void synced(long number) {
        stored = Math.max(stored, number);
        notifyAll();
    }

    /** Nobody will answer any more. */
    synchronized void monitorGone() {
        gone = true;
        notifyAll();
    }
}
