package dev.rework.internal.db;

import dev.rework.internal.PlainText;
import java.time.Instant;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** Table {@code dump}: thread dumps of workers while they ran a task. Threads may share it. */
public final class DumpStore {

    private static final String INSERT = """
            insert into rework.dump (task, attempt, content) values (:task, :attempt, :content)
            """;

    private static final String OF_TASK = """
            select d.id, d.attempt, d.taken, d.content
              from rework.dump d
             where d.task = :task
             order by d.id desc
             limit 20
            """;

    private static final String REQUEST = """
            update rework.worker w
               set dump_requested = clock_timestamp()
              from rework.task t
             where t.id = :task and t.state in ('running', 'aborting') and w.id = t.worker and w.finished is null
            """;

    private static final String TELL = """
            select pg_notify('rework_kill', '')
            """;

    private static final String TAKEN = """
            update rework.worker w set dump_requested = null where w.id = :worker
            """;

    private final Jdbi jdbi;

    public DumpStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** A thread dump. */
    public record Dump(long id, int attempt, Instant taken, String content) {}

    /** Stores one; in a transaction of its own. */
    public void store(long task, int attempt, String content) {
        jdbi.useHandle(handle -> handle.createUpdate(INSERT)
                .bind("task", task)
                .bind("attempt", attempt)
                .bind("content", PlainText.clean(content))
                .execute());
    }

    /** Asks for a dump of the worker that runs a task, on whatever host; false when it does not run. */
    public boolean request(long task) {
        return jdbi.inTransaction(handle -> {
            boolean asked = handle.createUpdate(REQUEST).bind("task", task).execute() == 1;
            if (asked) {
                handle.createQuery(TELL).mapTo(String.class).list();
            }
            return asked;
        });
    }

    /** Says that a worker's dump was taken, or that none can be. */
    public void taken(long worker) {
        jdbi.useHandle(
                handle -> handle.createUpdate(TAKEN).bind("worker", worker).execute());
    }

    /** The newest dumps of a task, newest first, at most 20. */
    public List<Dump> of(long task) {
        return jdbi.withHandle(handle -> handle.createQuery(OF_TASK)
                .bind("task", task)
                .map((row, context) -> new Dump(
                        row.getLong("id"),
                        row.getInt("attempt"),
                        Stamps.instant(row, "taken"),
                        row.getString("content")))
                .list());
    }
}
