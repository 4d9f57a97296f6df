package dev.rework;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The output of a failed task was asked for. */
public final class TaskFailed extends ReworkException {
    private final long task;
    private final Cause failure;
    private final @Nullable String reason;
    private final @Nullable String remoteStackTrace;

    /** The message ends with the remote stack trace, when there is one. */
    public TaskFailed(long task, Cause failure, @Nullable String reason, @Nullable String remoteStackTrace) {
        super(lines(task, failure, reason, remoteStackTrace), System.lineSeparator());
        this.task = task;
        this.failure = failure;
        this.reason = reason;
        this.remoteStackTrace = remoteStackTrace;
    }

    private static List<String> lines(long task, Cause failure, @Nullable String reason, @Nullable String trace) {
        List<String> lines = new ArrayList<>();
        lines.add("task " + task + " failed (" + failure.name().toLowerCase(Locale.ROOT) + ")"
                + (reason == null ? "" : ": " + reason));
        if (trace != null) {
            trace.stripTrailing().lines().forEach(lines::add);
        }
        return lines;
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
