package dev.rework.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;

/**
 * The partitions of table {@code rework.log}, one per UTC day, made ahead by {@code init-db} and by monitors, dropped
 * whole by retention. Several processes may do this at once; none waits longer than two seconds for the table. Each
 * partition is a transaction of its own.
 */
public final class LogPartitions {

    private static final String MAKE = """
            select rework.make_log_day(?)
            """;

    private static final String DAYS = """
            select d.day from rework.log_days(?) d(day)
            """;

    private static final String DROP = """
            select rework.drop_log_day(?)
            """;

    private LogPartitions() {}

    /**
     * Makes the partitions of a day and of some days after it. A day that has lines in the default partition already
     * keeps them there. One that could not be made now, because the table is in use, is left to the next call.
     *
     * @return how many were made
     */
    public static int ensure(Connection connection, LocalDate today, int daysAhead) throws SQLException {
        int made = 0;
        for (int i = 0; i <= daysAhead; i++) {
            LocalDate day = today.plusDays(i);
            made += whenFree(connection, c -> call(c, MAKE, day).equals("t") ? 1 : 0);
        }
        return made;
    }

    /**
     * Drops the partitions of days before one that have no line of a task that is still there. One that is in use is left
     * to the next call.
     *
     * @return the days before it whose partitions stay
     */
    public static List<LocalDate> dropBefore(Connection connection, LocalDate first) throws SQLException {
        List<LocalDate> kept = new ArrayList<>();
        for (LocalDate day : Transactions.in(connection, c -> days(c, first))) {
            if (whenFree(connection, c -> call(c, DROP, day).equals("t") ? 1 : 0) == 0) {
                kept.add(day);
            }
        }
        return kept;
    }

    private static List<LocalDate> days(Connection connection, LocalDate before) throws SQLException {
        List<LocalDate> days = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(DAYS)) {
            statement.setObject(1, before);
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    days.add(rows.getObject(1, LocalDate.class));
                }
            }
        }
        return days;
    }

    private static int whenFree(Connection connection, Transactions.Step<Integer> step) throws SQLException {
        try {
            return Transactions.in(connection, step);
        } catch (SQLException e) {
            // 55P03: lock_timeout. 23514: a line of that day reached the default partition while we looked.
            if ("55P03".equals(e.getSQLState()) || "23514".equals(e.getSQLState())) {
                return 0;
            }
            throw e;
        }
    }

    private static String call(Connection connection, String sql, LocalDate day) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setObject(1, day);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getString(1);
            }
        }
    }
}
