package dev.rework.internal.db;

import java.time.Duration;
import org.jdbi.v3.core.Jdbi;

/**
 * Removal of what is over: finished tasks with their attempts, dumps and lines, and dead workers. In bounded batches, each
 * its own transaction. Never what is queued, held or running, nor a child whose parent still goes on: it may be joined on.
 * Threads may share it.
 */
public final class Retention {

    /** How many rows a batch deletes at most. */
    public static final int BATCH = 1000;

    private static final String FINISHED_TASKS = """
            with old as materialized (
              select t.id
                from rework.task t
                join rework.operation o on o.id = t.operation
               where o.domain = :domain
                 and t.finished < clock_timestamp() - :seconds * interval '1 second'
                 and not exists (select
                                   from rework.task p
                                  where p.id = t.parent and p.finished is null)
               limit :batch
                 for update of t skip locked
            ), lines as (
              delete from rework.log l using old where l.task = old.id
            ), dumps as (
              delete from rework.dump d using old where d.task = old.id
            )
            delete from rework.task t using old where t.id = old.id
            """;

    private static final String QUEUED_TASKS = """
            with old as materialized (
              select t.id
                from rework.task t
                join rework.operation o on o.id = t.operation
               where o.domain = :domain
                 and t.ready
                 and t.queued <= clock_timestamp() - :seconds * interval '1 second'
               limit :batch
                 for update of t skip locked
            ), lines as (
              delete from rework.log l using old where l.task = old.id
            )
            delete from rework.task t using old where t.id = old.id
            """;

    private static final String DEAD_WORKERS = """
            with old as materialized (
              select w.id
                from rework.worker w
               where w.domain = :domain
                 and w.finished < clock_timestamp() - :seconds * interval '1 second'
               limit :batch
                 for update of w skip locked
            )
            delete from rework.worker w using old where w.id = old.id
            """;

    private static final String ENDED_MONITORS = """
            delete from rework.monitor m
             where m.domain = :domain
               and m.ended < clock_timestamp() - :seconds * interval '1 second'
            """;

    /** Audit rows of so many days cannot be deleted. */
    public static final int AUDIT_DAYS = 90;

    private static final String AUDIT = """
            select rework.forget_audit(clock_timestamp() - :seconds * interval '1 second')
            """;

    private final Jdbi jdbi;
    private final boolean byHand;

    /** A monitor's, which is not audited. */
    public Retention(Jdbi jdbi) {
        this(jdbi, false);
    }

    private Retention(Jdbi jdbi, boolean byHand) {
        this.jdbi = jdbi;
        this.byHand = byHand;
    }

    /** Somebody's own: what is deleted to the last batch leaves an audit row, in the transaction of the first. */
    public static Retention byHand(Jdbi jdbi) {
        return new Retention(jdbi, true);
    }

    /** Deletes tasks of the domain that finished longer ago than {@code age}; answers how many. */
    public long finishedTasks(String domain, Duration age) {
        return all("finished tasks", FINISHED_TASKS, domain, age);
    }

    /** At most one batch of the same. */
    public int someFinishedTasks(String domain, Duration age) {
        return batch("", FINISHED_TASKS, domain, age);
    }

    /** Deletes tasks of the domain that have waited in the queue longer than {@code age}; answers how many. */
    public long queuedTasks(String domain, Duration age) {
        return all("queued tasks", QUEUED_TASKS, domain, age);
    }

    /** Deletes rows of dead workers of the domain that ended longer ago than {@code age}; answers how many. */
    public long deadWorkers(String domain, Duration age) {
        return all("dead workers", DEAD_WORKERS, domain, age);
    }

    /** At most one batch of the same. */
    public int someDeadWorkers(String domain, Duration age) {
        return batch("", DEAD_WORKERS, domain, age);
    }

    /** Deletes rows of monitors of the domain that ended longer ago than {@code age}; answers how many. */
    public int endedMonitors(String domain, Duration age) {
        return jdbi.withHandle(handle -> handle.createUpdate(ENDED_MONITORS)
                .bind("domain", domain)
                .bind("seconds", seconds(age))
                .execute());
    }

    /** Deletes audit rows older than {@code age}, which is {@link #AUDIT_DAYS} at least; answers how many. */
    public long audit(Duration age) {
        return jdbi.withHandle(handle -> handle.createQuery(AUDIT)
                .bind("seconds", seconds(age))
                .mapTo(Long.class)
                .one());
    }

    private long all(String what, String statement, String domain, Duration age) {
        long deleted = 0;
        int last;
        do {
            last = batch(byHand && deleted == 0 ? what : "", statement, domain, age);
            deleted += last;
        } while (last == BATCH);
        return deleted;
    }

    /** An audit row says {@code what} when it is not empty and something was deleted. */
    private int batch(String what, String statement, String domain, Duration age) {
        return jdbi.inTransaction(handle -> {
            int deleted = handle.createUpdate(statement)
                    .bind("domain", domain)
                    .bind("seconds", seconds(age))
                    .bind("batch", BATCH)
                    .execute();
            if (deleted > 0 && !what.isEmpty()) {
                Audit.record(handle, "vacuum", "domain " + domain, what + " older than " + age);
            }
            return deleted;
        });
    }

    private static double seconds(Duration age) {
        return age.toMillis() / 1000.0;
    }
}
