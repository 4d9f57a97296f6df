package dev.rework.internal.db;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import org.postgresql.PGConnection;

/** Table {@code log} for its one kind of writer, a monitor: captured lines by COPY. Stateless. */
public final class LogCopy {

    private static final String COPY = """
            copy rework.log (task, attempt, time, stream, level, logger, line) from stdin
            """;

    private LogCopy() {}

    /**
     * A captured line, already harmless: neither NUL nor half a surrogate pair in it.
     *
     * @param millis when it was written, epoch milliseconds
     */
    public record Line(long task, int attempt, long millis, String stream, String level, String logger, String text) {}

    /** Stores lines in their order, in one statement; with auto-commit that is one transaction. */
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
        byte[] bytes = rows.toString().getBytes(StandardCharsets.UTF_8);
        try {
            connection.unwrap(PGConnection.class).getCopyAPI().copyIn(COPY, new ByteArrayInputStream(bytes));
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
