package dev.rework.sql;

/** A database's schema is not one this program may touch; the status says which it is. */
public final class SchemaException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient SchemaStatus status;

    SchemaException(SchemaStatus status) {
        super(status.describe());
        this.status = status;
    }

    /** What was found. */
    public SchemaStatus status() {
        return status;
    }
}
