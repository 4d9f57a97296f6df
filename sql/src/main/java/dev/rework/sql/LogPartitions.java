package dev.rework.sql;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * The partitions of table {@code rework.log}, one per UTC day, made ahead by {@code init-db} and by monitors, dropped
 * whole by retention. Several processes may do this at once. Both methods run in transactions of their own.
 */
public final class LogPartitions {

    private static final DateTimeFormatter NAME = DateTimeFormatter.ofPattern("'log_y'uuuu'm'MM'd'dd", Locale.ROOT);

    private static final String LOCK = "select pg_advisory_xact_lock(hashtextextended('rework.log', 0))";

    // Attaching a partition waits for whoever writes the table; everybody after us would wait with us.
    private static final String PATIENCE = "set local lock_timeout = '2s'";

    private static final String EXISTING = """
            select c.relname
              from pg_catalog.pg_inherits i
              join pg_catalog.pg_class c on c.oid = i.inhrelid
             where i.inhparent = 'rework.log'::regclass
            """;

    private static final String IN_OTHER = """
            select exists (select from rework.log_other
                            where time >= ?::date::timestamp at time zone 'UTC'
                              and time <  (?::date + 1)::timestamp at time zone 'UTC')
            """;

    private LogPartitions() {}

    /**
     * Makes the partitions of a day and of some days after it. A day that has lines in the default partition already
     * keeps them there.
     *
     * @return how many were made
     */
    public static int ensure(Connection connection, LocalDate today, int daysAhead) throws SQLException {
        int made = 0;
        Set<String> known = Set.copyOf(existing(connection));
        for (int i = 0; i <= daysAhead; i++) {
            LocalDate day = today.plusDays(i);
            if (!known.contains(name(day)) && Transactions.in(connection, c -> make(c, day))) {
                made++;
            }
        }
        return made;
    }

    /**
     * Drops the partitions of all days before one.
     *
     * @return how many were dropped
     */
    public static int dropBefore(Connection connection, LocalDate first) throws SQLException {
        int dropped = 0;
        for (String name : existing(connection)) {
            if (isDaily(name) && LocalDate.parse(name, NAME).isBefore(first)) {
                Transactions.in(connection, c -> drop(c, name));
                dropped++;
            }
        }
        return dropped;
    }

    private static boolean isDaily(String name) {
        return name.matches("log_y\\d{4}m\\d{2}d\\d{2}");
    }

    static String name(LocalDate day) {
        return NAME.format(day);
    }

    private static List<String> existing(Connection connection) throws SQLException {
        List<String> names = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(EXISTING)) {
            while (rows.next()) {
                names.add(rows.getString(1));
            }
        }
        return names;
    }

    private static boolean make(Connection connection, LocalDate day) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(PATIENCE);
            statement.execute(LOCK);
            if (existing(connection).contains(name(day)) || isInOther(connection, day)) {
                return false;
            }
            statement.execute(Ddl.partition(name(day), day));
            return true;
        }
    }

    private static boolean isInOther(Connection connection, LocalDate day) throws SQLException {
        try (PreparedStatement query = connection.prepareStatement(IN_OTHER)) {
            query.setObject(1, day);
            query.setObject(2, day);
            try (ResultSet row = query.executeQuery()) {
                row.next();
                return row.getBoolean(1);
            }
        }
    }

    private static boolean drop(Connection connection, String name) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(PATIENCE);
            statement.execute(LOCK);
            statement.execute(Ddl.drop(name));
            return true;
        }
    }

    /** Names and bounds of a partition cannot be binds; these are made of digits alone. */
    private static final class Ddl {

        private static final String PARTITION = """
                create table rework.%s partition of rework.log
                   for values from ('%s 00:00:00+00') to ('%s 00:00:00+00')
                """;

        private static final String DROP = """
                drop table if exists rework.%s
                """;

        static String partition(String name, LocalDate day) {
            return PARTITION.formatted(name, day, day.plusDays(1));
        }

        static String drop(String name) {
            return DROP.formatted(name);
        }
    }
}
