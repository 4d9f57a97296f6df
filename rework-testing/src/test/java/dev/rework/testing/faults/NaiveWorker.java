package dev.rework.testing.faults;

import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.WorkerLaunch;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.concurrent.locks.LockSupport;

/** A worker that claims well and believes that what it claimed stays its own: no fence, no lease, no look back. */
final class NaiveWorker {

    private static final long WORK_NANOS = 20_000_000;

    private static final String CLAIM = """
            update rework.task t
               set state = 'running', worker = pg_backend_pid(), attempt = t.attempt + 1, started = clock_timestamp()
             where t.id = (select q.id from rework.task q where q.ready order by q.id limit 1 for update skip locked)
            returning t.id, t.attempt, t.input::jsonb ->> 'folder'
            """;

    private static final String DONE = """
            update rework.task set state = 'done', finished = clock_timestamp() where id = ?
            """;

    private NaiveWorker() {}

    public static void main(String[] args) throws Exception {
        String url = WorkerLaunch.line(System.in);
        try (Connection connection = DatabaseAddress.parse(url + "?ApplicationName=naive")
                        .dataSource("naive")
                        .getConnection();
                PreparedStatement claim = connection.prepareStatement(CLAIM);
                PreparedStatement done = connection.prepareStatement(DONE)) {
            while (true) {
                step(claim, done);
            }
        }
    }

    private static void step(PreparedStatement claim, PreparedStatement done) throws Exception {
        long id;
        try (ResultSet row = claim.executeQuery()) {
            if (!row.next()) {
                LockSupport.parkNanos(WORK_NANOS);
                return;
            }
            id = row.getLong(1);
            work(Path.of(row.getString(3)), id, row.getInt(2));
        }
        finish(done, id);
    }

    private static void work(Path folder, long id, int attempt) throws Exception {
        try (Witness.Running running = Witness.in(folder).begin(id, attempt)) {
            long end = System.nanoTime() + WORK_NANOS;
            while (System.nanoTime() < end && running != null) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
        }
    }

    private static void finish(PreparedStatement done, long id) throws SQLException {
        done.setLong(1, id);
        done.executeUpdate();
    }
}
