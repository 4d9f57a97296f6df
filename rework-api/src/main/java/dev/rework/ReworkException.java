package dev.rework;

import dev.rework.internal.PlainText;
import org.jspecify.annotations.Nullable;

/**
 * What this library throws: one unchecked family, each with the data of its case and a message that is one line, but for the
 * stack trace that {@link TaskFailed} brings. What a message quotes from elsewhere is harmless to a terminal: control
 * characters and directions are shown, not obeyed.
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
        super(PlainText.shown(message, true));
    }

    ReworkException(String message, @Nullable Throwable cause) {
        super(PlainText.shown(message, true), cause);
    }
}
