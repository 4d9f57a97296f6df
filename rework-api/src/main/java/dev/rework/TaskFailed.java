package dev.rework;

import org.jspecify.annotations.Nullable;

/** The output of a failed task was asked for. */
public final class TaskFailed extends ReworkException {
    private final long task;
    private final Cause failure;
    private final @Nullable String reason;
    private final @Nullable String remoteStackTrace;

    /** The message ends with the remote stack trace, when there is one. */
    public TaskFailed(long task, Cause failure, @Nullable String reason, @Nullable String remoteStackTrace) {
        super("task " + task + " failed (" + failure.name().toLowerCase(java.util.Locale.ROOT) + ")"
                + (reason == null ? "" : ": " + reason)
                + (remoteStackTrace == null ? "" : System.lineSeparator() + remoteStackTrace.stripTrailing()));
        this.task = task;
        this.failure = failure;
        this.reason = reason;
        this.remoteStackTrace = remoteStackTrace;
    }

    /** The task's id. */
    public long task() {
        return task;
    }

    /** Why it failed. */
    public Cause failure() {
        return failure;
    }

    /** One sentence on it. */
    public @Nullable String reason() {
        return reason;
    }

    /** The stack trace of the exception in its worker, when it failed by one. */
    public @Nullable String remoteStackTrace() {
        return remoteStackTrace;
    }
}
