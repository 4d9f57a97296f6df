package dev.rework;

import org.jspecify.annotations.Nullable;

/** What this library throws: one unchecked family, each with the data of its case and a message that is one line. */
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
        super(message);
    }

    ReworkException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
