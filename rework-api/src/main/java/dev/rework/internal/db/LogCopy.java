package dev.rework.internal.db;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.List;
import org.postgresql.PGConnection;

/** Table {@code log} for its one kind of writer, a monitor: captured lines by COPY. Stateless. */
public final class LogCopy {

    private static final String COPY = """
            copy rework.log (task, attempt, time, stream, level, logger, line) from stdin
            """;

    private static final String WHICH = """
            select pg_current_xact_id()::text
            """;

    // Null of one so old that nobody remembers; an error of one that this server has not come to.
    private static final String FATE = """
            select coalesce(pg_xact_status(?::xid8), 'aborted')
            """;

    private LogCopy() {}

    /** What became of a transaction whose COMMIT was sent. */
    public enum Fate {
        COMMITTED,
        ABORTED,
        /** The server has not noticed yet that nobody listens to it. */
        OPEN
    }

    /** The answer to the COMMIT of {@link #copy} was lost. */
    public static final class CommitUnknown extends SQLException {
        private final String transaction;

        CommitUnknown(String transaction, SQLException cause) {
            super("whether lines were stored is not known: " + cause.getMessage(), cause.getSQLState(), cause);
            this.transaction = transaction;
        }

        /** What {@link LogCopy#fate} needs. */
        public String transaction() {
            return transaction;
        }
    }

    /** Asks a connection, another one as a rule, what became of it. */
    public static Fate fate(Connection connection, String transaction) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(FATE)) {
            statement.setString(1, transaction);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return switch (row.getString(1)) {
                    case "committed" -> Fate.COMMITTED;
                    case "in progress" -> Fate.OPEN;
                    default -> Fate.ABORTED;
                };
            }
        } catch (SQLException e) {
            // A server that took over without it.
            if ("22023".equals(e.getSQLState())) {
                return Fate.ABORTED;
            }
            throw e;
        } finally {
            connection.commit();
        }
    }

    /**
     * A captured line, already harmless: neither NUL nor half a surrogate pair in it.
     *
     * @param millis when it was written, epoch milliseconds
     */
    public record Line(long task, int attempt, long millis, String stream, String level, String logger, String text) {}

    /**
     * Stores lines in their order, in one transaction of a connection without auto-commit. Throws {@link CommitUnknown} when
     * it was sent and not answered.
     */
    public static void copy(Connection connection, List<Line> lines) throws SQLException {
        StringBuilder rows = new StringBuilder(lines.size() * 160);
        long millis = Long.MIN_VALUE;
        String time = "";
        for (Line line : lines) {
            if (line.millis != millis) {
                millis = line.millis;
                time = Instant.ofEpochMilli(millis).toString();
            }
            rows.append(line.task).append('\t').append(line.attempt).append('\t');
            rows.append(time).append('\t').append(line.stream).append('\t');
            rows.append(line.level).append('\t');
            append(rows, line.logger);
            rows.append('\t');
            append(rows, line.text);
            rows.append('\n');
        }
        String transaction = send(connection, rows.toString().getBytes(StandardCharsets.UTF_8));
        try {
            connection.commit();
        } catch (SQLException e) {
            throw new CommitUnknown(transaction, e);
        }
    }

    private static String send(Connection connection, byte[] bytes) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            connection.unwrap(PGConnection.class).getCopyAPI().copyIn(COPY, new ByteArrayInputStream(bytes));
            try (ResultSet row = statement.executeQuery(WHICH)) {
                row.next();
                return row.getString(1);
            }
        } catch (IOException e) {
            throw new SQLException("lines were not stored: " + e.getMessage(), "08006", e);
        }
    }

    private static void append(StringBuilder rows, String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '\\' -> rows.append("\\\\");
                case '\n' -> rows.append("\\n");
                case '\r' -> rows.append("\\r");
                case '\t' -> rows.append("\\t");
                default -> rows.append(c);
            }
        }
    }
}
