package dev.rework.internal;

import dev.rework.TaskContext;
import dev.rework.internal.RegistrationIndex.Entry;
import java.time.ZonedDateTime;
import org.jspecify.annotations.Nullable;

/**
 * Calls operations: finds class and method on first use, decodes the input, keeps one instance per class. For one
 * thread at a time. Loads Jackson only when a method takes or gives a value.
 */
public final class Invocation implements AutoCloseable {
    private final ClassLoader loader;

    /** Classes come from this loader; nothing is loaded yet. */
    public Invocation(ClassLoader loader) {
        this.loader = loader;
    }

    /**
     * Runs one task to its end.
     *
     * @param json the task's input, if it has one
     * @param raw the task's raw input, if it has one
     * @param started when this attempt started: what moments refer to
     * @return the JSON text of what the method returned, null when it returns nothing
     * @throws Throwable what the method threw, itself; {@code InvalidInput} when input or output do not fit; {@code
     *     IllegalStateException} when class or method are not there
     */
    public @Nullable String call(
            Entry entry, @Nullable String json, byte @Nullable [] raw, ZonedDateTime started, TaskContext task)
            throws Throwable {
        throw new UnsupportedOperationException(loader.toString());
    }

    /** Lets go of the instances. */
    @Override
    public void close() {}
}
