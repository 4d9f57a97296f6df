package dev.rework.worker;

import dev.rework.internal.WorkerLaunch;

/**
 * The worker process. Started by a monitor with {@link WorkerLaunch} on its standard input, then
 * {@link dev.rework.internal.Control} lines; answers with {@link dev.rework.internal.Frame}s on its standard output.
 */
public final class WorkerMain {
    private WorkerMain() {}

    /** Runs until the monitor, the launch's limits or the end of the standard input say so. Takes no arguments. */
    public static void main(String[] args) {
        throw new UnsupportedOperationException("coming");
    }
}
