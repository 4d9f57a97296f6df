package dev.rework;

import java.time.Duration;

/** The task was not finished in the time given to {@link Task#join(Duration)}; it goes on. */
public final class JoinTimeout extends ReworkException {
    private final long task;
    private final TaskState state;
    private final Duration waited;

    /** It was last seen in {@code state}. */
    public JoinTimeout(long task, TaskState state, Duration waited) {
        super("task " + task + " is still " + state.name().toLowerCase(java.util.Locale.ROOT) + " after " + waited);
        this.task = task;
        this.state = state;
        this.waited = waited;
    }

    /** The task's id. */
    public long task() {
        return task;
    }

    /** Where it stood when last seen. */
    public TaskState state() {
        return state;
    }

    /** How long was waited. */
    public Duration waited() {
        return waited;
    }
}
