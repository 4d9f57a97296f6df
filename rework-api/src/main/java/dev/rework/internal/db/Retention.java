package dev.rework.internal.db;

import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import org.jdbi.v3.core.Jdbi;

/**
 * Removal of what is over: finished tasks with their attempts, dumps and lines, and dead workers with their samples. In
 * bounded batches, each its own transaction. Never what waits, is held or runs (unless queued tasks are asked for), nor a
 * child whose parent still goes on: it may be joined on. Threads may share it.
 */
public final class Retention {

    /** How many rows a batch deletes at most. */
    public static final int BATCH = 1000;

    /** How many tasks a batch takes at most where their lines go one by one: a task may have tens of thousands. */
    private static final int FEW = 100;

    // Their lines stay: they go with the partition of their day.
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
            ), dumps as (
              delete from rework.dump d using old where d.task = old.id
            )
            delete from rework.task t using old where t.id = old.id
            """;

    private static final String FINISHED_WITH_LINES = """
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

    // Goes from task to task by the index on them, and not over all their lines.
    private static final String ORPHANED_LINES = """
            with recursive seen (task, n) as (
              (select l.task, 1
                 from rework.log l
                where l.time >= :low and l.time < :high and l.task > :after
                order by l.task
                limit 1)
               union all
              select (select l.task
                        from rework.log l
                       where l.time >= :low and l.time < :high and l.task > s.task
                       order by l.task
                       limit 1), s.n + 1
                from seen s
               where s.task is not null and s.n < :batch
            ), dead as materialized (
              select s.task
                from seen s
               where s.task is not null
                 and not exists (select from rework.task t where t.id = s.task)
            ), gone as (
              delete from rework.log l
               using dead d
               where l.task = d.task and l.time >= :low and l.time < :high
              returning l.task
            )
            select max(s.task) as last, count(s.task) as tasks, (select count(*) from gone) as gone from seen s
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

    /** Deletes tasks of the domain that finished longer ago than {@code age}, and their lines; answers how many. */
    public long finishedTasks(String domain, Duration age) {
        return all("finished tasks", FINISHED_WITH_LINES, domain, age, FEW);
    }

    /** Deletes the same tasks without their lines, which are left to {@link #orphanedLines} and to their partitions. */
    public long finishedTasksOnly(String domain, Duration age) {
        return all("finished tasks", FINISHED_TASKS, domain, age, BATCH);
    }

    /**
     * Deletes tasks of the domain that are queued and were scheduled longer ago than {@code age}; answers how many. What is
     * due later, blocked, or in a worker's hands is none of them.
     */
    public long queuedTasks(String domain, Duration age) {
        return all("queued tasks", QUEUED_TASKS, domain, age, FEW);
    }

    /** Deletes lines of some days (UTC, the last one not included) whose tasks are gone, of all domains; answers how many. */
    public long orphanedLines(LocalDate first, LocalDate end) {
        long deleted = 0;
        long after = -1;
        long tasks;
        do {
            long from = after;
            long[] last = jdbi.withHandle(handle -> handle.createQuery(ORPHANED_LINES)
                    .bind("low", first.atStartOfDay().atOffset(ZoneOffset.UTC))
                    .bind("high", end.atStartOfDay().atOffset(ZoneOffset.UTC))
                    .bind("after", from)
                    .bind("batch", FEW)
                    .map((row, context) -> new long[] {row.getLong("last"), row.getLong("tasks"), row.getLong("gone")})
                    .one());
            after = last[0];
            tasks = last[1];
            deleted += last[2];
        } while (tasks == FEW);
        return deleted;
    }

    /** Deletes rows of dead workers of the domain that ended longer ago than {@code age}; answers how many. */
    public long deadWorkers(String domain, Duration age) {
        return all("dead workers", DEAD_WORKERS, domain, age, BATCH);
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

    private long all(String what, String statement, String domain, Duration age, int most) {
        long deleted = 0;
        int last;
        do {
            last = batch(byHand && deleted == 0 ? what : "", statement, domain, age, most);
            deleted += last;
        } while (last == most);
        return deleted;
    }

    /** An audit row says {@code what} when it is not empty and something was deleted. */
    private int batch(String what, String statement, String domain, Duration age, int most) {
        return jdbi.inTransaction(handle -> {
            int deleted = handle.createUpdate(statement)
                    .bind("domain", domain)
                    .bind("seconds", seconds(age))
                    .bind("batch", most)
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
