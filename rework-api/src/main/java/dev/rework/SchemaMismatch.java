package dev.rework;

/** The database has no schema {@code rework}, or one this version cannot work with. The message names the next step. */
public final class SchemaMismatch extends ReworkException {
    /** Says what was found and what to do. */
    public SchemaMismatch(String message) {
        super(message);
    }
}
