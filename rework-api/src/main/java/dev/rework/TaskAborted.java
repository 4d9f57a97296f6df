package dev.rework;

import org.jspecify.annotations.Nullable;

/** The output of an aborted task was asked for. */
public final class TaskAborted extends ReworkException {
    private final long task;
    private final Cause why;
    private final @Nullable String reason;

    /** With the reason that was given for it. */
    public TaskAborted(long task, Cause why, @Nullable String reason) {
        super("task " + task + " was aborted (" + why.name().toLowerCase(java.util.Locale.ROOT) + ")"
                + (reason == null ? "" : ": " + reason));
        this.task = task;
        this.why = why;
        this.reason = reason;
    }

    /** The task's id. */
    public long task() {
        return task;
    }

    /** Abort, timeout or cancelled. */
    public Cause why() {
        return why;
    }

    /** One sentence on it. */
    public @Nullable String reason() {
        return reason;
    }
}
