package dev.rework.sql;

/** What a database holds under the name {@code rework}. */
public sealed interface SchemaStatus {

    /** Nothing. */
    record Missing() implements SchemaStatus {}

    /** What this program was built for. */
    record Current(int version) implements SchemaStatus {}

    /** Ours, and some migrations short. */
    record Older(int version, int wanted) implements SchemaStatus {}

    /** Ours, made by a newer program. */
    record Newer(int version, int wanted) implements SchemaStatus {}

    /** Another program's, for one the Python {@code rework}'s. */
    record Foreign(String evidence) implements SchemaStatus {}

    /** Whether this program can work with it as it is. */
    default boolean isCurrent() {
        return this instanceof Current;
    }

    /** One sentence for people: what is there and what to do. */
    default String describe() {
        if (this instanceof Missing) {
            return "the database has no rework schema; create it with: rework init-db";
        } else if (this instanceof Current current) {
            return "the rework schema is at version " + current.version();
        } else if (this instanceof Older older) {
            return "the rework schema is at version " + older.version() + " and this program needs " + older.wanted()
                    + "; upgrade it with: rework init-db";
        } else if (this instanceof Newer newer) {
            return "the rework schema is at version " + newer.version() + " and this program knows only "
                    + newer.wanted() + "; use a newer rework";
        } else if (this instanceof Foreign foreign) {
            return "schema rework in this database belongs to another program (" + foreign.evidence()
                    + "); use another database";
        }
        throw new IllegalStateException("unknown status " + this);
    }
}
