package dev.rework.sql;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Changes a schema that is in use: a change that does not get a lock soon is rolled back and tried again, for whoever comes
 * after it in the lock's queue waits as long as it does.
 */
final class GiveWay {

    /** For the change's transaction. Below the server's deadlock_timeout, so that in a circle it is the change that gives way. */
    static final String SETTING = "set local lock_timeout = '500ms'";

    // The server ends an autovacuum for who waits longer than its deadlock_timeout, a second by default; who waits for
    // less
    // never has the table. For this lock nobody waits, nor behind it, but such as it.
    private static final String END_AUTOVACUUMS = """
            do $$
            declare
              tables text := (select string_agg(format('rework.%I', c.relname), ', ' order by c.relname)
                                from pg_catalog.pg_class c
                               where c.relnamespace = to_regnamespace('rework')
                                 and c.relkind = 'r' and not c.relispartition
                                 and pg_has_role(c.relowner, 'usage'));
            begin
              if tables is not null then
                set local lock_timeout = '5s';
                execute 'lock table ' || tables || ' in share update exclusive mode';
              end if;
            end
            $$
            """;

    private static final Duration PATIENCE = Duration.ofMinutes(1);
    private static final long FIRST_PAUSE_NANOS = Duration.ofMillis(100).toNanos();
    private static final long LONGEST_PAUSE_NANOS = Duration.ofSeconds(2).toNanos();
    private static final int CONFLICTS_MOST = 20;

    /** No lock in time, deadlock. */
    private static final Set<String> IN_USE = Set.of("55P03", "40P01");

    /** Duplicate role, duplicate key of its catalog row, "tuple concurrently updated": another database was quicker. */
    private static final Set<String> ROLE_CONFLICTS = Set.of("42710", "23505", "XX000");

    private static final String HOLDER = """
            select 'session ' || a.pid || coalesce(' (' || nullif(a.application_name, '') || ')', '')
                   || ' of ' || coalesce(a.usename, a.backend_type, '?') || ' has been in a transaction since ' || a.xact_start
              from pg_catalog.pg_locks l
              join pg_catalog.pg_class c on c.oid = l.relation and c.relnamespace = to_regnamespace('rework')
              join pg_catalog.pg_stat_activity a on a.pid = l.pid and a.pid <> pg_backend_pid()
             where l.granted and a.xact_start is not null
             order by a.xact_start
             limit 1
            """;

    private GiveWay() {}

    /** Once there is something to change: no autovacuum is in its way, and it waits for nobody else for long. */
    static void begin(Statement change) throws SQLException {
        change.execute(END_AUTOVACUUMS);
        change.execute(SETTING);
    }

    /** Runs it in a transaction of its own, again and again until it had its locks, for a minute. */
    static boolean until(Connection connection, Transactions.Step<Boolean> change) throws SQLException {
        return until(connection, PATIENCE, change);
    }

    static boolean until(Connection connection, Duration patience, Transactions.Step<Boolean> change)
            throws SQLException {
        long end = System.nanoTime() + patience.toNanos();
        long pause = FIRST_PAUSE_NANOS;
        int conflicts = 0;
        while (true) {
            try {
                return Transactions.in(connection, change);
            } catch (SQLException e) {
                String state = String.valueOf(e.getSQLState());
                if (ROLE_CONFLICTS.contains(state) && ++conflicts < CONFLICTS_MOST) {
                    continue;
                }
                if (!IN_USE.contains(state)) {
                    throw e;
                }
                if (System.nanoTime() - end > 0) {
                    throw inUse(connection, e);
                }
            }
            LockSupport.parkNanos(pause);
            pause = Math.min(pause * 2, LONGEST_PAUSE_NANOS);
        }
    }

    private static SQLException inUse(Connection connection, SQLException cause) throws SQLException {
        String holder = "somebody";
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(HOLDER)) {
            if (row.next()) {
                holder = row.getString(1);
            }
        }
        return new SQLException(
                "the tables of schema rework were not free for a change in time: " + holder
                        + "; wait for its end or end it, then try again",
                "55006",
                cause);
    }
}
