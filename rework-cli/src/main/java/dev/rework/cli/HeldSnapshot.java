package dev.rework.cli;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * The session whose transaction holds the oldest snapshot: as long as it is open, no vacuum takes a row that was there when it
 * began, and whoever looks for work walks over all that was done since. Without the rights of {@code pg_read_all_stats} only
 * sessions of one's own login are seen.
 */
final class HeldSnapshot {
    private static final String OLDEST = """
            select a.pid, a.usename, a.application_name, a.state,
                   extract(epoch from clock_timestamp() - a.xact_start)::bigint
              from pg_catalog.pg_stat_activity a
             where a.datname = current_database()
               and a.pid <> pg_backend_pid()
               and a.backend_type = 'client backend'
               and a.backend_xmin is not null
               and a.xact_start <= clock_timestamp() - ? * interval '1 second'
             order by a.xact_start
             limit 1
            """;

    private HeldSnapshot() {}

    /** The oldest that has been held for this long; empty when none has. */
    static Optional<Finding> longerThan(Connection connection, Duration age) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(OLDEST)) {
            statement.setLong(1, age.toSeconds());
            try (ResultSet row = statement.executeQuery()) {
                if (!row.next()) {
                    return Optional.empty();
                }
                int pid = row.getInt(1);
                return Optional.of(Finding.problem(
                        "snapshots",
                        String.format(
                                Locale.ROOT,
                                "the session with pid %d (user %s, application `%s`, %s) holds one for %d minutes:"
                                        + " nothing is cleaned up meanwhile, and claims get slower",
                                pid,
                                row.getString(2),
                                row.getString(3),
                                row.getString(4),
                                row.getLong(5) / 60),
                        "end its transaction, or: select pg_terminate_backend(" + pid + ")"));
            }
        }
    }
}
