package dev.rework.embedded;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;

/** Waits for what another thread, process or server does; polls, and fails with the last value it saw. */
public final class Eventually {

    /** Long enough for a loaded machine of two cores; shorter where a test is expected to fail. */
    public static final Duration PATIENCE = Duration.ofSeconds(Integer.getInteger("rework.test.patience", 60));

    private static final long PAUSE_NANOS = 10_000_000;

    private Eventually() {}

    /** A condition that may throw; a throw counts as not yet, and is the cause of the failure when it was the last. */
    @FunctionalInterface
    public interface Condition {
        boolean holds() throws Exception;
    }

    /** A value that may be hard to get. */
    @FunctionalInterface
    public interface Source<T> {
        T get() throws Exception;
    }

    /** Waits up to {@link #PATIENCE} until a condition holds. */
    public static void isTrue(String what, Condition condition) {
        isTrue(what, PATIENCE, condition);
    }

    /** Waits until a condition holds; fails naming it. */
    public static void isTrue(String what, Duration patience, Condition condition) {
        value(what, patience, condition::holds, held -> held);
    }

    /** Waits up to {@link #PATIENCE} for a value that fits, and returns it. */
    public static <T> T value(Source<T> source, Predicate<? super T> fits) {
        return value("value", PATIENCE, source, fits);
    }

    /** Waits for a value that fits, and returns it; fails with the last one seen. */
    public static <T> T value(String what, Duration patience, Source<T> source, Predicate<? super T> fits) {
        long end = System.nanoTime() + patience.toNanos();
        while (true) {
            Object seen;
            Exception thrown = null;
            try {
                T value = source.get();
                if (fits.test(value)) {
                    return value;
                }
                seen = value;
            } catch (Exception e) {
                thrown = e;
                seen = e;
            }
            if (System.nanoTime() > end || Thread.currentThread().isInterrupted()) {
                throw new AssertionError("not within " + patience + ": " + what + "; last seen: " + seen, thrown);
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }
}
