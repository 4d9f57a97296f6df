package dev.rework.testing;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.function.Predicate;

/** Waits for what another thread, process or server does, instead of sleeping; fails with the last value it saw. */
public final class Eventually {

    /** How long is waited when nothing is said: long enough for a loaded machine. */
    public static final Duration PATIENCE = dev.rework.embedded.Eventually.PATIENCE;

    private Eventually() {}

    /** Waits up to {@link #PATIENCE} until a condition holds; a throw counts as not yet. */
    public static void isTrue(String what, Callable<Boolean> condition) {
        isTrue(what, PATIENCE, condition);
    }

    /** Waits until a condition holds; a throw counts as not yet. */
    public static void isTrue(String what, Duration patience, Callable<Boolean> condition) {
        value(what, patience, condition, held -> held);
    }

    /** Waits for a value that fits, and returns it. */
    public static <T> T value(String what, Duration patience, Callable<T> source, Predicate<? super T> fits) {
        return dev.rework.embedded.Eventually.value(what, patience, source::call, fits);
    }
}
