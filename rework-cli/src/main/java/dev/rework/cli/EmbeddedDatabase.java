package dev.rework.cli;

import dev.rework.internal.DatabaseAddress;

/** The embedded Postgres of this user: what a command works on when no database is configured. */
final class EmbeddedDatabase {
    private EmbeddedDatabase() {}

    static DatabaseAddress address(Shell shell) {
        throw new Refusal(ExitCode.UNREACHABLE, "no database configured: set REWORK_DB", shell.toString());
    }
}
