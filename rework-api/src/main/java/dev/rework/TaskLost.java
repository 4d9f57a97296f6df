package dev.rework;

/** The row of a task is gone: removed by a vacuum, or lost with a failed-over database. */
public final class TaskLost extends ReworkException {
    private final long task;

    /** The task that is gone. */
    public TaskLost(long task) {
        super("task " + task + " is not in the database (any more)");
        this.task = task;
    }

    /** The task's id. */
    public long task() {
        return task;
    }
}
