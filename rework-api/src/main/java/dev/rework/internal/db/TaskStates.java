package dev.rework.internal.db;

import dev.rework.TaskState;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/** The states of many tasks by one statement. */
public final class TaskStates {
    private static final String STATES = """
            select id, state, token
              from rework.task
             where id = any(?)
            """;

    /** Where a task stands, and whose row it is. */
    public record Row(TaskState state, long token) {}

    private TaskStates() {}

    /** Their present states; rows that are gone are missing. */
    public static Map<Long, Row> read(Connection connection, Collection<Long> tasks) throws SQLException {
        Map<Long, Row> states = new HashMap<>();
        if (tasks.isEmpty()) {
            return states;
        }
        try (PreparedStatement statement = connection.prepareStatement(STATES)) {
            statement.setArray(1, connection.createArrayOf("bigint", tasks.toArray(Long[]::new)));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    states.put(rows.getLong(1), new Row(TaskRows.state(rows.getString(2)), rows.getLong(3)));
                }
            }
        }
        return states;
    }
}
