package dev.rework;

import dev.rework.internal.Codec;
import dev.rework.internal.PlainText;
import dev.rework.internal.db.Enqueue;
import dev.rework.internal.db.TaskKey;
import dev.rework.internal.db.TaskStates;
import dev.rework.internal.db.TaskStore;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A handle on a scheduled task. Threads may share it; every method but {@link #id()} and {@link #future()} reads the
 * database and blocks for it, in its own short transaction. A row that is gone throws {@link TaskLost}.
 */
public final class Task<O> {
    private static final Duration FOREVER = Duration.ofNanos(Long.MAX_VALUE);

    private final Client client;
    private final TaskKey key;
    private final long id;
    private final Type output;

    Task(Client client, TaskKey key, Type output) {
        this.client = client;
        this.key = key;
        this.id = key.id();
        this.output = output;
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
        return client.database
                .read("read task " + id, () -> client.tasks.find(id))
                .orElseThrow(() -> new TaskLost(id));
    }

    /** Attempts that ended before the present one, first to last. */
    public List<Attempt> attempts() {
        return client.database.read("read task " + id, () -> client.tasks.attempts(id));
    }

    /**
     * Waits until it is done, failed or aborted and returns it; none of these throws. Outlasts restarts of the
     * database. Interrupted: {@link JoinInterrupted}, and the flag is kept. Inside of a task that would wait for ever:
     * {@link JoinRefused}.
     */
    public Task<O> join() {
        return join(TaskState.DONE, FOREVER);
    }

    /** The same, but {@link JoinTimeout} when it takes longer; the task goes on. */
    public Task<O> join(Duration timeout) {
        return join(TaskState.DONE, timeout);
    }

    /** Waits until it has come to {@code state} or passed it; any final state stands for all final ones. */
    public Task<O> join(TaskState state) {
        return join(state, FOREVER);
    }

    /** The same, with a limit. */
    public Task<O> join(TaskState state, Duration timeout) {
        Joins.join(client, key, state, timeout);
        return this;
    }

    /**
     * Its output, null when it gave none. {@link TaskFailed} or {@link TaskAborted} when it ended so,
     * IllegalStateException when it has not ended, or gave raw bytes alone.
     */
    @SuppressWarnings("unchecked")
    public @Nullable O output() {
        return (O) read(output);
    }

    /** The same, read as another type. */
    @SuppressWarnings("unchecked")
    public <P> @Nullable P output(Class<P> type) {
        return (P) read(type);
    }

    /** The same, read as another type. */
    @SuppressWarnings("unchecked")
    public <P> @Nullable P output(TypeRef<P> type) {
        return (P) read(type.type());
    }

    /** The bytes given as raw input; null when there are none. */
    public byte @Nullable [] rawInput() {
        return client.database
                .read("read task " + id, () -> client.tasks.bodies(id))
                .orElseThrow(() -> new TaskLost(id))
                .rawInput();
    }

    /** The bytes saved as raw output; null when there are none. Throws like {@link #output()}. */
    public byte @Nullable [] rawOutput() {
        return succeeded().rawOutput();
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
        return client.database.read(
                "read the log of task " + id, () -> client.logs.lines(id, afterId, Integer.MAX_VALUE));
    }

    /**
     * Asks for its end. Cancelled at once when it has not begun; a running one is killed by its monitor soon after.
     * False when it had already finished: nothing changes then.
     */
    public boolean abort(String reason) {
        AtomicInteger tries = new AtomicInteger();
        return switch (client.database.read("abort task " + id, () -> {
            tries.incrementAndGet();
            return client.tasks.abort(id, reason);
        })) {
            case CANCELLED, ASKED, ABORTING -> true;
            case FINISHED -> tries.get() > 1 && wasAborted(reason);
            case UNKNOWN -> throw new TaskLost(id);
        };
    }

    /** The answer to the first try was lost with its connection: what it found finished may be its own doing. */
    private boolean wasAborted(String reason) {
        TaskSnapshot now = snapshot();
        return now.state() == TaskState.ABORTED && PlainText.clean(reason).equals(now.reason());
    }

    /** Schedules a new task of the same operation, input and metadata. This one, which must have finished, stays. */
    public Task<O> retry() {
        long token = Enqueue.token();
        long again = client.scheduler.again(id, token);
        if (again == 0) {
            throw new IllegalStateException("task " + id + " is " + name(state()) + ": only a finished one is retried");
        }
        return new Task<>(client, new TaskKey(again, token), output);
    }

    /** What was attached when it was scheduled. */
    public Map<String, Object> metadata() {
        return snapshot().metadata();
    }

    /**
     * Its output when it has one, or {@link TaskFailed}, {@link TaskAborted}, {@link TaskLost}. Blocks nobody. Inside of a task:
     * while the operation's thread waits, this one counts as joined as long as it is not complete, so that it may be
     * {@link JoinRefused} too.
     */
    public CompletableFuture<@Nullable O> future() {
        return Joins.arrival(client, key, TaskState.DONE).thenApplyAsync(seen -> output());
    }

    boolean exists() {
        return client.database.call(
                "read task " + id,
                connection -> !TaskStates.read(connection, List.of(id)).isEmpty());
    }

    private @Nullable Object read(Type type) {
        TaskStore.Outcome outcome = succeeded();
        String json = outcome.output();
        if (json == null && type == byte[].class) {
            return outcome.rawOutput();
        }
        if (json == null && outcome.rawOutput() != null) {
            throw new IllegalStateException("task " + id + " gave raw bytes: read them with rawOutput()");
        }
        if (json == null) {
            return null;
        }
        return Codec.read(json, type);
    }

    /** Its outcome when it is done; throws what it ended as, or that it has not ended. */
    private TaskStore.Outcome succeeded() {
        TaskStore.Outcome outcome = client.database
                .read("read task " + id, () -> client.tasks.outcome(id))
                .filter(found -> key.fits(found.token()))
                .orElseThrow(() -> new TaskLost(id));
        Cause why = outcome.cause();
        return switch (outcome.state()) {
            case DONE -> outcome;
            case FAILED -> throw new TaskFailed(id, orLost(why), outcome.reason(), outcome.error());
            case ABORTED -> throw new TaskAborted(id, orLost(why), outcome.reason());
            case SCHEDULED, BLOCKED, QUEUED, RUNNING, ABORTING ->
                throw new IllegalStateException(
                        "task " + id + " is " + name(outcome.state()) + ": join it before asking for its output");
        };
    }

    private static Cause orLost(@Nullable Cause cause) {
        return cause == null ? Cause.LOST : cause;
    }

    private static String name(TaskState state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return "task " + id;
    }
}
