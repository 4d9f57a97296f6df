package dev.rework.internal.db;

import dev.rework.Cause;
import dev.rework.internal.HandCell;
import dev.rework.internal.PlainText;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Table {@code task} for monitors: timeouts, dropped claims, deaths of workers, promotion of what is due. Each method is a
 * transaction; what it decides is fenced by (id, worker, attempt). Threads may share it.
 */
public final class TaskVerdicts {

    private static final String EXPIRE = """
            update rework.task t
               set state = 'aborting', cause = 'timeout', reason = :reason
              from rework.operation o
             where t.id = :task and t.attempt = :attempt and t.worker = :worker and t.state = 'running'
               and o.id = t.operation
               and t.started + least(o.timeout_ms, 3153600000000) * interval '1 millisecond' <= clock_timestamp()
            """;

    private static final String DROPPED = """
            with dropped as (
              update rework.task t
                 set state = 'aborted', cause = 'cancelled', finished = clock_timestamp(), worker = null,
                     started = null, attempt = t.attempt - 1
               where t.id = :task and t.attempt = :attempt and t.worker = :worker and t.state = 'aborting'
              returning t.id
            )
            select count(d.id) from dropped d
            """;

    private static final String PROMOTE = """
            with due as materialized (
              select t.id
                from rework.task t
               where t.waiting and t.run_at <= clock_timestamp()
               order by t.run_at
               limit 1000
                 for update skip locked
            ), promoted as (
              update rework.task t
                 set state = 'queued'
                from due
               where t.id = due.id
              returning t.operation
            ), told as materialized (
              select pg_notify('rework_ready', p.domain)
                from (select distinct o.domain
                        from promoted
                        join rework.operation o on o.id = promoted.operation) p
            )
            select count(*), (select count(*) from told) from promoted
            """;

    private static final String HELD = """
            select t.id, t.attempt, t.state, t.cause, o.retries, o.on_crash = 'RETRY' as on_crash, o.backoff_ms,
                   o.max_backoff_ms
              from rework.task t
              join rework.operation o on o.id = t.operation
             where t.id = any (:held::bigint[]) and t.worker = :worker
               and t.state in ('claimed', 'running', 'aborting')
             order by t.id
               for no key update of t
            """;

    private static final String GIVE_BACK = """
            update rework.task t
               set state = 'queued', worker = null, started = null, attempt = t.attempt - 1
             where t.id = any (:tasks::bigint[]) and t.worker = :worker
            """;

    private static final String CANCEL = """
            update rework.task t
               set state = 'aborted', cause = 'cancelled', finished = clock_timestamp(), worker = null,
                   started = null, attempt = t.attempt - 1
             where t.id = any (:tasks::bigint[]) and t.worker = :worker
            """;

    // With the word to those who wait for it: a statement less.
    private static final String ABORT = """
            with aborted as (
              update rework.task t
                 set state = 'aborted', cause = coalesce(t.cause, 'abort'), reason = coalesce(t.reason, :reason),
                     started = coalesce(t.started, clock_timestamp()), finished = clock_timestamp()
               where t.id = any (:tasks::bigint[]) and t.worker = :worker
              returning t.id
            ), told as materialized (
              select pg_notify('rework_done', '') from (select from aborted limit 1) one
            )
            select count(*), (select count(*) from told) from aborted
            """;

    private static final String FAIL = """
            update rework.task t
               set state = 'failed', cause = :cause, reason = :reason, failed_at = clock_timestamp(),
                   started = coalesce(t.started, clock_timestamp()), finished = clock_timestamp()
             where t.id = any (:tasks::bigint[]) and t.worker = :worker
            """;

    private static final String REMEMBER = """
            insert into rework.attempt (task, attempt, worker, cause, reason, started, cpu_ms, peak_mb)
            select t.id, t.attempt, t.worker, coalesce(t.cause, :cause), coalesce(t.reason, :reason), t.started,
                   t.cpu_ms, t.peak_mb
              from rework.task t
             where t.id = :task and t.worker = :worker
            """;

    private static final String AGAIN = """
            update rework.task t
               set state = case when :delay > 0 then 'scheduled' else 'queued' end,
                   run_at = clock_timestamp() + :delay * interval '1 millisecond',
                   cause = null, reason = null, worker = null, started = null
             where t.id = :task and t.worker = :worker
            """;

    private static final String PEAK = """
            update rework.task t
               set peak_mb = greatest(t.peak_mb, :peak)
             where t.id = :task and t.attempt = :attempt and t.worker = :worker
               and t.state in ('claimed', 'running', 'aborting')
            """;

    private static final String READY = """
            select pg_notify('rework_ready', w.domain) from rework.worker w where w.id = :worker
            """;

    private static final String DONE = """
            select pg_notify('rework_done', '')
            """;

    private static final String SILENT = """
            select w.id, w.host, w.domain,
                   greatest(w.lease, coalesce(m.lease, w.lease)) + interval '5 seconds' < clock_timestamp() as passed,
                   (extract(epoch from least(greatest(w.lease, coalesce(m.lease, w.lease), '4000-01-01 BC'), '200000-01-01')) * 1000)::bigint as lease
              from rework.worker w
              left join rework.monitor m on m.id = w.monitor and m.ended is null
             where w.finished is null
               and not (w.host = :host and w.domain = :domain)
            """;

    private static final String STILL_SILENT = """
            select w.id
              from rework.worker w
              left join rework.monitor m on m.id = w.monitor and m.ended is null
             where w.id = :worker and w.finished is null
               and greatest(w.lease, coalesce(m.lease, w.lease)) + interval '5 seconds' < clock_timestamp()
               for no key update of w skip locked
            """;

    private final Jdbi jdbi;

    public TaskVerdicts(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * How a worker ended.
     *
     * @param begun the attempts it had begun; null when nobody can tell, then all count as begun
     * @param cause {@link Cause#CRASH}, {@link Cause#MEMORY}, {@link Cause#LOST} or {@link Cause#ABORT}
     * @param reason one sentence for its tasks
     * @param deathinfo one for its own row
     * @param sure whether it replaces what the worker wrote there itself
     */
    public record Death(
            long worker,
            @Nullable List<HandCell.Begun> begun,
            Cause cause,
            String reason,
            String deathinfo,
            boolean sure) {}

    /**
     * A worker of another host or domain.
     *
     * @param passed whether its leases have run out, and the grace after them
     * @param lease the later of its leases, epoch milliseconds: it changes as long as anybody renews
     */
    public record Lease(long worker, String host, String domain, boolean passed, long lease) {}

    /** Whether a running attempt has outrun its operation's timeout, by the database's clock; then it is to be aborted. */
    public boolean expire(MonitorStore.Late late) {
        return jdbi.withHandle(handle -> handle.createUpdate(EXPIRE)
                        .bind("task", late.task())
                        .bind("attempt", late.attempt())
                        .bind("worker", late.worker())
                        .bind("reason", "ran longer than " + Duration.ofMillis(late.timeoutMillis()))
                        .execute()
                == 1);
    }

    /** A claim to be aborted that its worker will never begin; false when somebody else decided. */
    public boolean dropped(long worker, long task, int attempt) {
        return jdbi.inTransaction(handle -> {
            boolean dropped = handle.createQuery(DROPPED)
                            .bind("task", task)
                            .bind("attempt", attempt)
                            .bind("worker", worker)
                            .mapTo(Long.class)
                            .one()
                    == 1;
            if (dropped) {
                handle.createQuery(DONE).mapTo(String.class).list();
            }
            return dropped;
        });
    }

    /** Queues scheduled tasks of any domain that are due, at most 1000; answers how many. */
    public int promote() {
        return jdbi.withHandle(
                handle -> handle.createQuery(PROMOTE).mapTo(Integer.class).one());
    }

    /** How much memory an attempt was seen to use. */
    public record Peak(HandCell.Begun attempt, int megabytes) {}

    /** Workers of other hosts and domains that have not ended, with their leases. */
    public List<Lease> others(String host, String domain) {
        return jdbi.withHandle(handle -> handle.createQuery(SILENT)
                .bind("host", host)
                .bind("domain", domain)
                .map((row, context) -> new Lease(
                        row.getLong("id"),
                        row.getString("host"),
                        row.getString("domain"),
                        row.getBoolean("passed"),
                        row.getLong("lease")))
                .list());
    }

    /** Declares a silent worker lost, unless it has spoken meanwhile or somebody else does so now. */
    public boolean lost(Lease silent) {
        return jdbi.inTransaction(handle -> {
            boolean still = handle.createQuery(STILL_SILENT)
                    .bind("worker", silent.worker())
                    .mapTo(Long.class)
                    .findOne()
                    .isPresent();
            String reason = "host " + silent.host() + " fell silent";
            return still && decide(handle, new Death(silent.worker(), null, Cause.LOST, reason, reason, true));
        });
    }

    /**
     * Marks a worker dead and decides about all it held. A claim of its that was still on the way to the server is waited
     * for, since claims lock the worker's row first, and counts as held.
     *
     * @return false when it was marked dead before
     */
    public boolean died(Death death) {
        return died(death, null);
    }

    /** The same; remembers what its last attempt used. */
    public boolean died(Death death, @Nullable Peak peak) {
        return jdbi.inTransaction(handle -> {
            if (peak != null) {
                handle.createUpdate(PEAK)
                        .bind("worker", death.worker)
                        .bind("task", peak.attempt.task())
                        .bind("attempt", peak.attempt.attempt())
                        .bind("peak", peak.megabytes)
                        .execute();
            }
            return decide(handle, death);
        });
    }

    private static boolean decide(Handle handle, Death death) {
        List<Long> held = WorkerStore.dead(handle, death.worker, PlainText.clean(death.deathinfo), death.sure)
                .orElse(null);
        if (held == null) {
            return false;
        }
        Set<HandCell.Begun> begun = death.begun == null ? null : new HashSet<>(death.begun);
        Map<HeldTask.Fate, List<HeldTask>> fates = new EnumMap<>(HeldTask.Fate.class);
        for (HeldTask task : held(handle, death.worker, held)) {
            fates.computeIfAbsent(task.fate(begun, death.cause), fate -> new ArrayList<>())
                    .add(task);
        }
        fates.forEach((fate, tasks) -> settle(handle, death, fate, tasks));
        boolean ready = fates.containsKey(HeldTask.Fate.GIVE_BACK) || fates.containsKey(HeldTask.Fate.AGAIN);
        if (ready) {
            handle.createQuery(READY)
                    .bind("worker", death.worker)
                    .mapTo(String.class)
                    .list();
        }
        if (!fates.isEmpty() && !fates.keySet().equals(Set.of(HeldTask.Fate.ABORT))) {
            handle.createQuery(DONE).mapTo(String.class).list();
        }
        return true;
    }

    private static List<HeldTask> held(Handle handle, long worker, List<Long> ids) {
        return handle.createQuery(HELD)
                .bind("held", WorkerStore.numbers(ids))
                .bind("worker", worker)
                .map((row, context) -> HeldTask.of(row))
                .list();
    }

    private static void settle(Handle handle, Death death, HeldTask.Fate fate, List<HeldTask> tasks) {
        String cause = death.cause.name().toLowerCase(java.util.Locale.ROOT);
        String reason = PlainText.clean(death.reason);
        switch (fate) {
            case GIVE_BACK -> update(handle, GIVE_BACK, death, tasks);
            case CANCEL -> update(handle, CANCEL, death, tasks);
            case ABORT ->
                handle.createQuery(ABORT)
                        .bind("tasks", ids(tasks))
                        .bind("worker", death.worker)
                        .bind("reason", reason)
                        .mapTo(Long.class)
                        .one();
            case FAIL ->
                handle.createUpdate(FAIL)
                        .bind("tasks", ids(tasks))
                        .bind("worker", death.worker)
                        .bind("cause", cause)
                        .bind("reason", reason)
                        .execute();
            case AGAIN -> {
                for (HeldTask task : tasks) {
                    handle.createUpdate(REMEMBER)
                            .bind("task", task.id())
                            .bind("worker", death.worker)
                            .bind("cause", cause)
                            .bind("reason", reason)
                            .execute();
                    handle.createUpdate(AGAIN)
                            .bind("task", task.id())
                            .bind("worker", death.worker)
                            .bind("delay", task.delayMillis())
                            .execute();
                }
            }
        }
    }

    private static void update(Handle handle, String statement, Death death, List<HeldTask> tasks) {
        handle.createUpdate(statement)
                .bind("tasks", ids(tasks))
                .bind("worker", death.worker)
                .execute();
    }

    private static String ids(List<HeldTask> tasks) {
        return WorkerStore.numbers(tasks.stream().map(HeldTask::id).toList());
    }
}
