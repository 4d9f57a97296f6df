package dev.rework.internal;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.postgresql.PGConnection;

/** Notices a pooler: it gives its clients a process id of its own making, for cancelling, and not the server's. */
public final class Pooler {
    private static final String PROCESS = """
            select pg_backend_pid()
            """;

    private Pooler() {}

    /** Whether this connection ends at a pooler, where a LISTEN may be lost without an error. */
    public static boolean standsBefore(Connection connection) throws SQLException {
        if (!connection.isWrapperFor(PGConnection.class)) {
            return false;
        }
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(PROCESS)) {
            return row.next()
                    && row.getInt(1) != connection.unwrap(PGConnection.class).getBackendPID();
        }
    }
}
