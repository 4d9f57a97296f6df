package dev.rework.internal.db;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A task's end as done, in a transaction of its operation's own. */
public final class OwnEnd {

    private static final String DONE = """
            with me as materialized (
              select w.id from rework.worker w where w.id = ? and w.state <> 'dead'
            ), ended as (
              update rework.task t
                 set state = 'done',
                     started = coalesce(t.started, clock_timestamp() - ? * interval '1 microsecond'),
                     finished = clock_timestamp(),
                     output = ?::json,
                     raw_output = ?
                from me
               where t.id = ? and t.attempt = ? and t.worker = me.id and t.state in ('claimed', 'running')
              returning t.id
            )
            select pg_notify('rework_done', '') from ended
            """;

    // For as long as the transaction lasts: a login of role rework_worker may end what this worker holds, and no more.
    private static final String ITSELF = """
            select set_config('rework.worker', ?, true)
            """;

    private OwnEnd() {}

    /** What it has saved so far: JSON, or bytes as they are. */
    public record Output(@Nullable String json, byte @Nullable [] raw) {}

    /**
     * Who ends it.
     *
     * @param itself by what its sessions are known; null when they say nothing
     */
    public record Self(long worker, @Nullable String itself) {}

    /**
     * Ends it on this connection, whose transaction decides whether it counts.
     *
     * @param since when it began, by {@link System#nanoTime}
     * @throws IllegalStateException when it is not this worker's attempt any more, or the connection commits by itself
     */
    public static void done(Connection connection, Self self, Claim claim, long since, Output output)
            throws SQLException {
        if (connection.getAutoCommit()) {
            throw new IllegalStateException("the connection commits by itself: nothing would belong together");
        }
        if (self.itself != null) {
            try (PreparedStatement statement = connection.prepareStatement(ITSELF)) {
                statement.setString(1, self.itself);
                statement.execute();
            }
        }
        try (PreparedStatement statement = connection.prepareStatement(DONE)) {
            statement.setLong(1, self.worker);
            statement.setLong(2, (System.nanoTime() - since) / 1000);
            statement.setString(3, output.json());
            statement.setBytes(4, output.raw());
            statement.setLong(5, claim.id());
            statement.setInt(6, claim.attempt());
            if (!statement.executeQuery().next()) {
                throw new IllegalStateException("task " + claim.id() + " is not in the hands of attempt "
                        + claim.attempt() + " any more: roll back");
            }
        }
    }
}
