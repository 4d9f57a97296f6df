package dev.rework.internal;

import java.util.concurrent.CompletableFuture;

/** Told when a thread begins and ends to wait for a task: how a worker says that it is parked. */
public interface JoinListener {
    /** Nobody cares. */
    JoinListener NONE = new JoinListener() {
        @Override
        public void parked(long awaited) {}

        @Override
        public void unparked(long awaited) {}
    };

    /** The calling thread is about to wait for {@code awaited}; an exception here ends the join with it. */
    void parked(long awaited);

    /** The calling thread still waits, as it is told every few seconds; an exception here ends the join with it. */
    default void stillParked(long awaited) {}

    /** A future for {@code awaited} was given out; whoever waits for it, and how, is not known. Does not block. */
    default void given(long awaited, CompletableFuture<?> arrival) {}

    /** The calling thread goes on. Always follows a {@link #parked} that returned. */
    void unparked(long awaited);
}
