package dev.rework;

import org.jspecify.annotations.Nullable;

/** The database did not answer, or did not let us in. The message never holds a password. */
public final class DatabaseUnreachable extends ReworkException {
    /** Says which database and what it answered. */
    public DatabaseUnreachable(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
