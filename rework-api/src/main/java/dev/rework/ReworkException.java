package dev.rework;

import dev.rework.internal.PlainText;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What this library throws: one unchecked family, each with the data of its case and a message that is one line, but for the
 * stack trace that {@link TaskFailed} brings. What a message quotes from elsewhere is harmless to a terminal: control
 * characters and directions are shown, not obeyed. And it can be read: of a message, or of each thing in a list of what is
 * wrong, beyond some 1,900 characters the beginning and the end are there; the data has all of it.
 */
public abstract sealed class ReworkException extends RuntimeException
        permits UnknownOperation,
                AmbiguousOperation,
                InvalidInput,
                InvalidAddress,
                InvalidOperation,
                SecretKeyMissing,
                JoinTimeout,
                JoinInterrupted,
                JoinRefused,
                TaskFailed,
                TaskAborted,
                TaskLost,
                SchemaMismatch,
                DatabaseUnreachable,
                DatabaseRefused {

    ReworkException(String message) {
        super(readable(message));
    }

    ReworkException(String message, @Nullable Throwable cause) {
        super(readable(message), cause);
    }

    /** For several things in one message, each of which is to be read. */
    ReworkException(List<String> things, String between) {
        super(readable(things, between));
    }

    ReworkException(List<String> things, String between, Throwable cause) {
        super(readable(things, between), cause);
    }

    private static String readable(List<String> things, String between) {
        return things.stream().map(ReworkException::readable).collect(Collectors.joining(between));
    }

    private static String readable(String text) {
        return PlainText.bounded(PlainText.shown(text, true));
    }
}
