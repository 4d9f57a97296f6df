package dev.rework.worker;

import dev.rework.internal.PlainText;
import dev.rework.internal.RegistrationIndex;
import dev.rework.internal.RetryDelay;
import dev.rework.internal.WorkerLaunch;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** This worker's own row in table {@code worker}, and what its domain and host serve. Each method is one transaction. */
final class OwnRow {

    private static final String STARTED = """
            update rework.worker
               set state = case state when 'stopping' then state else 'idle' end,
                   pid = coalesce(pid, ?), started = coalesce(started, clock_timestamp())
             where id = ? and state <> 'dead'
            """;

    private static final String STOPPING = """
            update rework.worker
               set state = 'stopping', deathinfo = ?
             where id = ? and state <> 'dead'
            """;

    private static final String LEASE = """
            update rework.worker
               set lease = clock_timestamp() + interval '15 seconds'
             where id = ? and state <> 'dead'
            """;

    // Late itself, it does not go back behind a later one.
    private static final String SUCCEEDED = """
            update rework.worker set session = ? where id = ? and session < ?
            """;

    private static final String HEAR = """
            select true
            """;

    // Only for a worker without a monitor: a monitor writes this itself once it has seen the process end. One that may
    // still hold something, such as a claim whose answer was lost, leaves its row to those who decide about that.
    private static final String ENDED = """
            update rework.worker w
               set state = 'dead', finished = clock_timestamp(), deathinfo = ?, holding = '{}'
             where w.id = ? and w.state <> 'dead'
               and not exists (select from unnest(w.holding) h(id)
                                 join rework.task t on t.id = h.id and t.worker = w.id
                                  and t.state in ('claimed', 'running', 'aborting'))
            """;

    private static final String SERVED = """
            select o.id, o.name, coalesce(o.timeout_ms, 0), o.grace_ms, o.retries, o.backoff_ms, o.max_backoff_ms,
                   o.on_crash = 'RETRY'
              from rework.registration r
              join rework.operation o on o.id = r.operation
             where r.host = ? and r.retired_at is null and o.domain = ?
             order by o.id
            """;

    private final WorkerLaunch launch;

    OwnRow(WorkerLaunch launch) {
        this.launch = launch;
    }

    /** Reports in; false when somebody has declared this worker dead. One asked to stop already stays so. */
    boolean started(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(STARTED)) {
            statement.setInt(1, (int) ProcessHandle.current().pid());
            statement.setLong(2, launch.worker());
            return statement.executeUpdate() > 0;
        }
    }

    /** Says that it speaks on another connection now; waits for what the earlier ones are at with its row. */
    static void succeeded(Connection connection, long worker, int session) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SUCCEEDED)) {
            statement.setInt(1, session);
            statement.setLong(2, worker);
            statement.setInt(3, session);
            statement.executeUpdate();
        }
    }

    /** Says that it takes no more work, and why. */
    boolean stopping(Connection connection, String reason) throws SQLException {
        return say(connection, STOPPING, reason);
    }

    /** Says that it has ended; false when it still holds a task as far as the database knows, or was declared dead. */
    boolean ended(Connection connection, String reason) throws SQLException {
        return say(connection, ENDED, reason);
    }

    private boolean say(Connection connection, String sql, String reason) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setString(1, PlainText.clean(reason));
            statement.setLong(2, launch.worker());
            return statement.executeUpdate() > 0;
        }
    }

    /**
     * Renews its own lease, for want of a monitor; false when it was declared dead. Asks something else first: a host that is
     * heard and hears nothing must not renew.
     */
    boolean renew(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(HEAR)) {
            statement.executeQuery().close();
        }
        try (PreparedStatement statement = connection.prepareStatement(LEASE)) {
            statement.setLong(1, launch.worker());
            return statement.executeUpdate() > 0;
        }
    }

    /** What to serve: what the database has registered for this host and the index knows. */
    Served served(Connection connection, RegistrationIndex index) throws SQLException {
        List<Served.Operation> operations = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(SERVED)) {
            statement.setString(1, launch.host());
            statement.setString(2, launch.domain());
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    RegistrationIndex.Entry entry = index.find(rows.getString(2));
                    if (entry != null) {
                        RetryDelay retry = new RetryDelay(rows.getInt(5), rows.getLong(6), rows.getLong(7));
                        operations.add(new Served.Operation(
                                rows.getLong(1), entry, rows.getLong(3), rows.getLong(4), retry, rows.getBoolean(8)));
                    }
                }
            }
        }
        return new Served(operations, launch.host());
    }
}
