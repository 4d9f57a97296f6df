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
            select id, state
              from rework.task
             where id = any(?)
            """;

    private TaskStates() {}

    /** Their present states; rows that are gone are missing. */
    public static Map<Long, TaskState> read(Connection connection, Collection<Long> tasks) throws SQLException {
        Map<Long, TaskState> states = new HashMap<>();
        if (tasks.isEmpty()) {
            return states;
        }
        try (PreparedStatement statement = connection.prepareStatement(STATES)) {
            statement.setArray(1, connection.createArrayOf("bigint", tasks.toArray(Long[]::new)));
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    states.put(rows.getLong(1), TaskRows.state(rows.getString(2)));
                }
            }
        }
        return states;
    }
}
