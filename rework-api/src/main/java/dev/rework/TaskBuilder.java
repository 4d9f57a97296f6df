package dev.rework;

import dev.rework.internal.Limits;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A task about to be scheduled: {@code rework.task("resize").domain("images").input(x).priority(5).schedule()}. For one
 * thread; each {@link #schedule()} makes another task.
 */
public final class TaskBuilder<O> {
    private final Function<TaskBuilder<?>, Task<?>> scheduling;
    final String operation;

    @Nullable
    String domain;

    String host = "";

    @Nullable
    Object input;

    byte @Nullable [] rawInput;

    @Nullable
    Integer priority;

    Duration delay = Duration.ZERO;

    @Nullable
    Instant at;

    Map<String, ?> metadata = Map.of();
    Type output = Object.class;

    TaskBuilder(String operation, Function<TaskBuilder<?>, Task<?>> scheduling) {
        this.operation = operation;
        this.scheduling = scheduling;
    }

    /** The same, by a reference. */
    static <O> TaskBuilder<O> of(OperationRef<?, O> operation, Function<TaskBuilder<?>, Task<?>> scheduling) {
        TaskBuilder<O> builder = new TaskBuilder<>(operation.name(), scheduling);
        builder.domain = operation.domain();
        builder.output = operation.output();
        return builder;
    }

    /** The operation's domain; without it {@code default}, else the only other domain that has the operation. */
    public TaskBuilder<O> domain(String domain) {
        this.domain = domain;
        return this;
    }

    /** The only host that may run it; it must have registered the operation. */
    public TaskBuilder<O> host(String host) {
        this.host = host;
        return this;
    }

    /** The input, checked by the operation's schema. */
    public TaskBuilder<O> input(@Nullable Object input) {
        this.input = input;
        return this;
    }

    /** Bytes to hand to the operation as they are: {@link TaskContext#rawInput()}. Past every schema. */
    public TaskBuilder<O> rawInput(byte[] rawInput) {
        // What is too long will be refused: no need of another copy of it.
        this.rawInput = rawInput.length > Limits.INPUT ? rawInput : rawInput.clone();
        return this;
    }

    /** Higher ones run first; without it the operation's own priority. */
    public TaskBuilder<O> priority(int priority) {
        this.priority = priority;
        return this;
    }

    /** Not before this long from now, by the database's clock. */
    public TaskBuilder<O> delay(Duration delay) {
        this.delay = delay;
        return this;
    }

    /** Not before this moment, by the database's clock. */
    public TaskBuilder<O> at(Instant moment) {
        this.at = moment;
        return this;
    }

    /** What to attach to the task, as JSON of at most 64 KB. */
    public TaskBuilder<O> metadata(Map<String, ?> metadata) {
        this.metadata = Collections.unmodifiableMap(new LinkedHashMap<>(metadata));
        return this;
    }

    /** What the output is to be read as. */
    @SuppressWarnings("unchecked")
    public <P> TaskBuilder<P> output(Class<P> type) {
        this.output = type;
        return (TaskBuilder<P>) this;
    }

    /** What the output is to be read as. */
    @SuppressWarnings("unchecked")
    public <P> TaskBuilder<P> output(TypeRef<P> type) {
        this.output = type.type();
        return (TaskBuilder<P>) this;
    }

    /** Inserts the task, in its own transaction unless the client is one {@code in(connection)}. Blocks for it. */
    @SuppressWarnings("unchecked")
    public Task<O> schedule() {
        return (Task<O>) scheduling.apply(this);
    }
}
