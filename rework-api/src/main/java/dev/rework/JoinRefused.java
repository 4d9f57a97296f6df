package dev.rework;

/**
 * A task may not wait for another, since it would wait for ever: the other waits for it, or every worker that could run the
 * other is itself held by a task that waits. Thrown inside of tasks alone; the other task is left as it is.
 */
public final class JoinRefused extends ReworkException {
    private final long task;
    private final long awaited;

    /** With the sentence that says why. */
    public JoinRefused(long task, long awaited, String reason) {
        super("task " + task + " cannot wait for task " + awaited + ": " + reason);
        this.task = task;
        this.awaited = awaited;
    }

    /** The task that wanted to wait. */
    public long task() {
        return task;
    }

    /** The task it wanted to wait for. */
    public long awaited() {
        return awaited;
    }
}
