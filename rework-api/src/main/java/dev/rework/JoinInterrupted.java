package dev.rework;

/** The thread was interrupted while it waited for a task; its interrupt flag is set again. */
public final class JoinInterrupted extends ReworkException {
    private final long task;

    /** The task that was waited for. */
    public JoinInterrupted(long task, InterruptedException cause) {
        super("interrupted while waiting for task " + task, cause);
        this.task = task;
    }

    /** The task's id. */
    public long task() {
        return task;
    }
}
