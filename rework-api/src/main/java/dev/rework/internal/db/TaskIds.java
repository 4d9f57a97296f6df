package dev.rework.internal.db;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayDeque;

/**
 * Ids reserved ahead of the rows, so that an insert whose answer was lost can be repeated: one at first, then in blocks
 * that grow with use. Threads may share it.
 */
public final class TaskIds {
    private static final int LARGEST_BLOCK = 64;
    private static final String RESERVE = """
            select nextval('rework.task_id')
              from generate_series(1, ?)
            """;

    private final ArrayDeque<Long> reserved = new ArrayDeque<>();
    private int block;

    /** The next one. Sequences know no transactions: what a rolled back one reserved stays ours. */
    synchronized long next(Connection connection) throws SQLException {
        if (reserved.isEmpty()) {
            for (long id : reserve(connection, Math.max(1, block))) {
                reserved.add(id);
            }
            block = block == 0 ? 1 : block == 1 ? 2 : Math.min(block * 2, LARGEST_BLOCK);
        }
        return reserved.remove();
    }

    /** So many, ascending, straight from the sequence. */
    static long[] reserve(Connection connection, int count) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(RESERVE)) {
            statement.setInt(1, count);
            try (ResultSet rows = statement.executeQuery()) {
                long[] ids = new long[count];
                for (int i = 0; rows.next(); i++) {
                    ids[i] = rows.getLong(1);
                }
                return ids;
            }
        }
    }
}
