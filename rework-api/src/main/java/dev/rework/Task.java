package dev.rework;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A handle on a scheduled task. Threads may share it; every method but {@link #id()} and {@link #future()} reads the
 * database and blocks for it, in its own short transaction. A row that is gone throws {@link TaskLost}.
 */
public final class Task<O> {
    private final long id;

    Task(long id) {
        this.id = id;
    }

    /** Its id. */
    public long id() {
        return id;
    }

    /** Where it stands now. */
    public TaskState state() {
        return snapshot().state();
    }

    /** Why it ended; null while it has not, and when it is done. */
    public @Nullable Cause cause() {
        return snapshot().cause();
    }

    /** One sentence on why it ended, when there is one. */
    public @Nullable String reason() {
        return snapshot().reason();
    }

    /** All of it but its input, output and lines, read at once. */
    public TaskSnapshot snapshot() {
        throw new UnsupportedOperationException("coming");
    }

    /** Attempts that ended before the present one, first to last. */
    public List<Attempt> attempts() {
        throw new UnsupportedOperationException("coming");
    }

    /**
     * Waits until it is done, failed or aborted and returns it; none of these throws. Outlasts restarts of the
     * database. Interrupted: {@link JoinInterrupted}, and the flag is kept.
     */
    public Task<O> join() {
        throw new UnsupportedOperationException("coming");
    }

    /** The same, but {@link JoinTimeout} when it takes longer; the task goes on. */
    public Task<O> join(Duration timeout) {
        throw new UnsupportedOperationException("coming");
    }

    /** Waits until it has come to {@code state} or passed it; any final state stands for all final ones. */
    public Task<O> join(TaskState state) {
        throw new UnsupportedOperationException("coming");
    }

    /** The same, with a limit. */
    public Task<O> join(TaskState state, Duration timeout) {
        throw new UnsupportedOperationException("coming");
    }

    /** Its output, null when it gave none. {@link TaskFailed} or {@link TaskAborted} when it ended so. */
    public @Nullable O output() {
        throw new UnsupportedOperationException("coming");
    }

    /** The same, read as another type. */
    public <P> @Nullable P output(Class<P> type) {
        throw new UnsupportedOperationException("coming");
    }

    /** The same, read as another type. */
    public <P> @Nullable P output(TypeRef<P> type) {
        throw new UnsupportedOperationException("coming");
    }

    /** The bytes given as raw input; null when there are none. */
    public byte @Nullable [] rawInput() {
        throw new UnsupportedOperationException("coming");
    }

    /** The bytes saved as raw output; null when there are none. Throws like {@link #output()}. */
    public byte @Nullable [] rawOutput() {
        throw new UnsupportedOperationException("coming");
    }

    /** The stack trace of its last exception, when there is one. */
    public @Nullable String error() {
        return snapshot().error();
    }

    /** All its captured lines, in order. */
    public List<LogLine> logs() {
        return logs(0);
    }

    /** Its captured lines with an id above {@code afterId}, in order. */
    public List<LogLine> logs(long afterId) {
        throw new UnsupportedOperationException("coming");
    }

    /**
     * Asks for its end. Cancelled at once when it has not begun; a running one is killed by its monitor soon after.
     * False when it had already finished: nothing changes then.
     */
    public boolean abort(String reason) {
        throw new UnsupportedOperationException("coming");
    }

    /** Schedules a new task of the same operation, input and metadata. This one, which must have finished, stays. */
    public Task<O> retry() {
        throw new UnsupportedOperationException("coming");
    }

    /** What was attached when it was scheduled. */
    public Map<String, Object> metadata() {
        return snapshot().metadata();
    }

    /** Its output when it has one, or {@link TaskFailed}, {@link TaskAborted}, {@link TaskLost}. Blocks nobody. */
    public CompletableFuture<@Nullable O> future() {
        throw new UnsupportedOperationException("coming");
    }
}
