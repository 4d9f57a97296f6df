package dev.rework.internal.db;

import dev.rework.internal.Limits;
import dev.rework.internal.PlainText;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Table {@code worker}: every worker process ever started. Threads may share it. */
public final class WorkerStore {

    private static final String FIND = """
            select w.id, w.host, w.domain, w.pid, w.monitor, w.state, w.memory_mb, w.cpu_percent, w.debug_port, w.runs, w.created,
                   w.started, w.finished, w.deathinfo, t.id as task
              from rework.worker w
              left join lateral (
                    select t.id
                      from unnest(w.holding) h(id)
                      join rework.task t on t.id = h.id and t.worker = w.id and t.state in ('running', 'aborting')
                     where w.finished is null
                     limit 1) t on true
             where w.id = :id
            """;

    private static final String LIST = """
            select w.id, w.host, w.domain, w.pid, w.monitor, w.state, w.memory_mb, w.cpu_percent, w.debug_port, w.runs, w.created,
                   w.started, w.finished, w.deathinfo, t.id as task
              from (select v.id, v.host, v.domain, v.pid, v.monitor, v.state, v.memory_mb, v.cpu_percent, v.debug_port,
                           v.runs, v.created, v.started, v.finished, v.deathinfo, v.holding
                      from rework.worker v
                     where v.id > :after
                       and (:domain::text is null or v.domain = :domain)
                       and (:host::text is null or v.host = :host)
                       and (:state::text is null or v.state = :state)
                     order by case when :after = 0 then -v.id else v.id end
                     limit :limit) w
              left join lateral (
                    select t.id
                      from unnest(w.holding) h(id)
                      join rework.task t on t.id = h.id and t.worker = w.id and t.state in ('running', 'aborting')
                     where w.finished is null
                     limit 1) t on true
             order by w.id
            """;

    private static final String STOP = """
            update rework.worker w
               set stop_requested = coalesce(w.stop_requested, clock_timestamp()),
                   request_reason = case when w.kill_requested is null then :reason else w.request_reason end
             where w.id = :id and w.finished is null
            """;

    private static final String KILL = """
            update rework.worker w
               set kill_requested = coalesce(w.kill_requested, clock_timestamp()), request_reason = :reason
             where w.id = :id and w.finished is null
            """;

    private static final String TELL = """
            select pg_notify('rework_kill', '')
            """;

    private static final String INSERT = """
            insert into rework.worker (host, domain, monitor, tag, boot_id, pid_space, debug_port, lease)
            values (:host, :domain, :monitor, :tag, :boot, :space, :debugPort,
                    clock_timestamp() + interval '15 seconds')
            returning id
            """;

    private static final String SPAWNED = """
            update rework.worker w set pid = :pid, pid_start = :start where w.id = :id and w.finished is null
            """;

    private static final String REPORTED = """
            update rework.worker w
               set started = coalesce(w.started, clock_timestamp()),
                   state = case w.state when 'starting' then 'idle' else w.state end
             where w.id = :id and w.finished is null
            """;

    private static final String STOPPING = """
            update rework.worker w set state = 'stopping' where w.id = :id and w.finished is null
            """;

    // This many of a worker's readings are kept.
    private static final int HISTORY = 240;

    // Of several rows none is waited for: behind the one that is locked the others would be, and their workers.
    private static final String SAMPLED = """
            with free as materialized (
              select w.id
                from rework.worker w
               where w.id = any (:ids::bigint[]) and w.finished is null
                 for no key update skip locked
            ), sampled as (
              update rework.worker w
                 set memory_mb = s.memory, cpu_percent = s.cpu
                from free
                join unnest(:ids::bigint[], :memory::integer[], :cpu::integer[]) s(id, memory, cpu) on s.id = free.id
               where w.id = free.id
              returning w.id, w.memory_mb, w.cpu_percent
            ), added as (
              insert into rework.sample (worker, memory_mb, cpu_percent)
              select s.id, s.memory_mb, s.cpu_percent from sampled s
                  on conflict do nothing
            ), outdated as (
              delete from rework.sample p
               using sampled s
               where p.worker = s.id
                 and p.at <= (select q.at from rework.sample q where q.worker = s.id
                               order by q.at desc offset :kept - 1 limit 1)
            )
            select s.id from sampled s
            """;

    private static final String HISTORY_OF = """
            select p.at, p.memory_mb, p.cpu_percent from rework.sample p where p.worker = :id order by p.at
            """;

    private static final String LIVE = """
            select w.id, w.tag, w.pid, w.pid_start, w.boot_id, w.pid_space, w.state
              from rework.worker w
             where w.host = :host and w.domain = :domain and w.finished is null
             order by w.id
            """;

    private static final String IS_DEAD = """
            select count(w.id)
              from rework.worker w
             where w.tag = :tag and w.host = :host and w.domain = :domain and w.finished is not null
            """;

    private static final String ADOPT = """
            update rework.worker w set monitor = :monitor where w.id = :id and w.finished is null
            """;

    // Who does not know for sure why it ended leaves what the worker itself wrote.
    private static final String DEAD = """
            update rework.worker w
               set state = 'dead', finished = clock_timestamp(), deathinfo = case when :sure then :info else coalesce(w.deathinfo, :info) end
             where w.id = :id and w.finished is null
            returning w.holding
            """;

    private final Jdbi jdbi;

    public WorkerStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** What a request to a worker came to. */
    public enum Answer {
        /** Its monitor has been asked. */
        ASKED,
        /** It is dead already. */
        DEAD,
        /** There is no such worker. */
        UNKNOWN
    }

    /**
     * A worker about to be spawned.
     *
     * @param tag what its process and all that come from it carry in their environment
     */
    public record Planned(
            String host,
            String domain,
            long monitor,
            UUID tag,
            String bootId,
            String pidSpace,
            @Nullable Integer debugPort) {}

    /**
     * A worker that has not ended as far as the database knows.
     *
     * @param pid null when its monitor died before it could say
     */
    public record Live(
            long id, UUID tag, @Nullable Integer pid, long pidStart, String bootId, String pidSpace, String state) {}

    /** What a worker's process tree uses. */
    public record Sample(long id, int memoryMb, int cpuPercent) {}

    /** What it used at a moment. */
    public record Reading(OffsetDateTime at, int memoryMb, int cpuPercent) {}

    /** One worker. */
    public Optional<WorkerRow> find(long id) {
        return jdbi.withHandle(handle -> handle.createQuery(FIND)
                .bind("id", id)
                .map((row, context) -> row(row))
                .findOne());
    }

    /** The newest that the filter lets through (the next ones when it says after which), in the order of their ids. */
    public List<WorkerRow> list(WorkerRow.Filter filter) {
        return jdbi.withHandle(handle -> handle.createQuery(LIST)
                .bind("after", filter.after())
                .bind("domain", filter.domain())
                .bind("host", filter.host())
                .bind("state", filter.state())
                .bind("limit", filter.limit())
                .map((row, context) -> row(row))
                .list());
    }

    /** Asks it to end after the task in hand; leaves an audit row. Dead workers are not touched. */
    public Answer requestStop(long id, String reason) {
        return request(STOP, id, reason);
    }

    /** Asks its monitor to kill it, and the task in hand with it; leaves an audit row. */
    public Answer requestKill(long id, String reason) {
        return request(KILL, id, reason);
    }

    private Answer request(String statement, long id, String given) {
        Limits.demandReason(given);
        String reason = PlainText.clean(given);
        return jdbi.inTransaction(handle -> {
            int asked = handle.createUpdate(statement)
                    .bind("id", id)
                    .bind("reason", reason)
                    .execute();
            if (asked == 0) {
                return find(id).isPresent() ? Answer.DEAD : Answer.UNKNOWN;
            }
            Audit.record(handle, statement.equals(KILL) ? "kill" : "stop", "worker " + id, reason);
            handle.createQuery(TELL).mapTo(String.class).list();
            return Answer.ASKED;
        });
    }

    /** Makes the row of a worker about to be spawned; answers its id. */
    public long insert(Planned planned) {
        return jdbi.withHandle(handle -> handle.createQuery(INSERT)
                .bind("host", planned.host)
                .bind("domain", planned.domain)
                .bind("monitor", planned.monitor)
                .bind("tag", planned.tag)
                .bind("boot", planned.bootId)
                .bind("space", planned.pidSpace)
                .bind("debugPort", planned.debugPort)
                .mapTo(Long.class)
                .one());
    }

    /** Says which process it became. */
    public boolean spawned(long id, long pid, long pidStart) {
        return jdbi.withHandle(handle -> handle.createUpdate(SPAWNED)
                        .bind("id", id)
                        .bind("pid", pid)
                        .bind("start", pidStart)
                        .execute()
                == 1);
    }

    /** Says that it is up. */
    public boolean reportedIn(long id) {
        return update(REPORTED, id);
    }

    /** Says that it was told to end. */
    public boolean stopping(long id) {
        return update(STOPPING, id);
    }

    private boolean update(String statement, long id) {
        return jdbi.withHandle(
                handle -> handle.createUpdate(statement).bind("id", id).execute() == 1);
    }

    /**
     * Stores what several use, in one statement; their newest readings are kept as their history. Waits for no row that
     * another has locked.
     *
     * @return whose was stored
     */
    public List<Long> sampled(List<Sample> samples) {
        return jdbi.withHandle(handle -> handle.createQuery(SAMPLED)
                .bind("ids", numbers(samples.stream().map(Sample::id).toList()))
                .bind("memory", numbers(samples.stream().map(Sample::memoryMb).toList()))
                .bind("cpu", numbers(samples.stream().map(Sample::cpuPercent).toList()))
                .bind("kept", HISTORY)
                .mapTo(Long.class)
                .list());
    }

    /** What a worker used, oldest first: the newest of the readings that differed from the one before. */
    public List<Reading> history(long id) {
        return jdbi.withHandle(handle -> handle.createQuery(HISTORY_OF)
                .bind("id", id)
                .map((row, context) ->
                        new Reading(Stamps.time(row, "at"), row.getInt("memory_mb"), row.getInt("cpu_percent")))
                .list());
    }

    /** Workers of a host and domain that have not ended as far as the database knows. */
    public List<Live> live(String host, String domain) {
        return jdbi.withHandle(handle -> handle.createQuery(LIVE)
                .bind("host", host)
                .bind("domain", domain)
                .map((row, context) -> new Live(
                        row.getLong("id"),
                        row.getObject("tag", UUID.class),
                        row.getObject("pid", Integer.class),
                        row.getLong("pid_start"),
                        row.getString("boot_id"),
                        row.getString("pid_space"),
                        row.getString("state")))
                .list());
    }

    /** Whether there was such a worker, and is no more. Reads the table. */
    public boolean isDead(UUID tag, String host, String domain) {
        return jdbi.withHandle(handle -> handle.createQuery(IS_DEAD)
                        .bind("tag", tag)
                        .bind("host", host)
                        .bind("domain", domain)
                        .mapTo(Long.class)
                        .one()
                > 0);
    }

    /** Makes a worker another monitor's. */
    public boolean adopt(long id, long monitor) {
        return jdbi.withHandle(handle -> handle.createUpdate(ADOPT)
                        .bind("id", id)
                        .bind("monitor", monitor)
                        .execute()
                == 1);
    }

    /** Marks it dead within the caller's transaction; answers what it held, empty when it was dead before. */
    static Optional<List<Long>> dead(Handle transaction, long id, String deathinfo, boolean sure) {
        return transaction
                .createQuery(DEAD)
                .bind("id", id)
                .bind("info", deathinfo)
                .bind("sure", sure)
                .map((row, context) -> List.of((Long[]) row.getArray("holding").getArray()))
                .findOne();
    }

    /** An array literal of Postgres. */
    static String numbers(List<? extends Number> numbers) {
        StringBuilder literal = new StringBuilder("{");
        for (Number number : numbers) {
            literal.append(literal.length() > 1 ? "," : "").append(String.format(Locale.ROOT, "%d", number));
        }
        return literal.append('}').toString();
    }

    private static WorkerRow row(ResultSet row) throws SQLException {
        return new WorkerRow(
                row.getLong("id"),
                row.getString("host"),
                row.getString("domain"),
                row.getObject("pid", Integer.class),
                row.getObject("monitor", Long.class),
                row.getString("state"),
                row.getObject("task", Long.class),
                row.getInt("memory_mb"),
                row.getInt("cpu_percent"),
                row.getObject("debug_port", Integer.class),
                row.getLong("runs"),
                Stamps.instant(row, "created"),
                Stamps.instantOrNull(row, "started"),
                Stamps.instantOrNull(row, "finished"),
                row.getString("deathinfo"));
    }
}
