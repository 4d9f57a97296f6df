package dev.rework.cli;

import dev.rework.embedded.EmbeddedPostgres;
import dev.rework.embedded.EmbeddedServer;
import dev.rework.embedded.EmbeddedStatus;
import dev.rework.internal.DatabaseAddress;
import dev.rework.sql.Schema;
import java.sql.Connection;
import java.sql.SQLException;

/** The embedded Postgres of this user: what a command works on when no database is configured. */
final class EmbeddedDatabase {
    private EmbeddedDatabase() {}

    static EmbeddedPostgres of(Shell shell) {
        return EmbeddedPostgres.at(shell.home().path());
    }

    /** Starts it when it does not run, with the schema in it; on first use it says that it exists. */
    static DatabaseAddress start(Shell shell) {
        EmbeddedPostgres postgres = of(shell);
        boolean first = postgres.status().state() == EmbeddedStatus.State.ABSENT;
        if (first) {
            shell.err()
                    .println("no database configured: preparing an embedded Postgres in "
                            + shell.home().path());
        }
        EmbeddedServer server = postgres.start();
        if (first) {
            shell.err()
                    .println("no database configured: using an embedded Postgres " + server.version() + " in "
                            + server.data() + "; set REWORK_DB to use your own");
        }
        return installSchema(server);
    }

    /** Answers where it is. */
    static DatabaseAddress installSchema(EmbeddedServer server) {
        DatabaseAddress address = DatabaseAddress.parse(server.url());
        try (Connection connection = address.dataSource("cli").getConnection()) {
            if (!Schema.status(connection).isCurrent()) {
                Schema.install(connection);
            }
            return address;
        } catch (SQLException e) {
            throw Verdict.on(e);
        }
    }
}
