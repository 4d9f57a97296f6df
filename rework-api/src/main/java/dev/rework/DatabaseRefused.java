package dev.rework;

/** The database answered a statement with an error that repeating it would not mend, such as a missing right. */
public final class DatabaseRefused extends ReworkException {
    /** Says what was being done and what the database answered. */
    public DatabaseRefused(String message, Throwable cause) {
        super(message, cause);
    }
}
