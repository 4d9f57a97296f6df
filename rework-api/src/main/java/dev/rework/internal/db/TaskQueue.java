package dev.rework.internal.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Table {@code task} for a worker: the few statements that decide how fast tasks flow. Plain JDBC on one connection in
 * auto-commit; each method is one statement and one transaction. Every write is fenced by (id, worker, attempt). Not for
 * two threads at once; after an {@link SQLException} nothing is known about what the statement did.
 */
public final class TaskQueue {

    private static final String HEADS = """
            select q.operation, q.host, h.rank, (extract(epoch from h.run_at) * 1000000)::bigint, h.id
              from unnest(?::bigint[], ?::text[], ?::integer[], ?::bigint[], ?::bigint[])
                   q(operation, host, rank, run_us, id)
             cross join lateral (
                   select t.rank, t.run_at, t.id
                     from rework.task t
                    where t.ready
                      and t.operation = q.operation
                      and t.host = q.host
                      and (t.rank, t.run_at, t.id)
                          >= (q.rank, timestamptz 'epoch' + q.run_us * interval '1 microsecond', q.id)
                    order by t.rank, t.run_at, t.id
                    limit 1) h
             order by h.rank, h.run_at, h.id
            """;

    // The worker's row is locked before anything else, so that nobody can declare this worker dead meanwhile.
    // A task whose state changes between fate and settled is refused, and read back. "limit null" is no limit, hence
    // coalesce. The choice is materialized: inlined, another plan may claim more rows than the limit says.
    private static final String SETTLE_AND_CLAIM = """
            with me as materialized (
              select w.id from rework.worker w where w.id = ? and w.finished is null for no key update
            ), fate as (
              select x.*, t.state as was, t.cause as asked, t.reason as why, t.started as began,
                     case when x.done then 'done'
                          when x.retry_ms > 0 and coalesce(t.cause, 'timeout') = 'timeout' then 'scheduled'
                          when x.retry_ms = 0 and coalesce(t.cause, 'timeout') = 'timeout' then 'queued'
                          when t.cause is not null then 'aborted'
                          else 'failed' end as becomes
                from me
               cross join unnest(?::bigint[], ?::integer[], ?::boolean[], ?::text[], ?::bytea[], ?::text[], ?::text[],
                                 ?::bigint[], ?::bigint[], ?::bigint[], ?::integer[], ?::bigint[])
                     x(id, attempt, done, output, raw_output, error, reason,
                       since_us, ended_us, cpu_ms, peak_mb, retry_ms)
                join rework.task t on t.id = x.id and t.attempt = x.attempt and t.worker = me.id
                 and t.state in ('claimed', 'running', 'aborting')
            ), settled as (
              update rework.task t
                 set state = f.becomes,
                     cause = case f.becomes when 'failed' then 'error' when 'aborted' then f.asked end,
                     reason = case f.becomes when 'failed' then f.reason when 'aborted' then f.why end,
                     failed_at = case f.becomes when 'failed' then clock_timestamp() end,
                     started = case when f.becomes not in ('scheduled', 'queued')
                       then coalesce(f.began, clock_timestamp() - f.since_us * interval '1 microsecond') end,
                     finished = case when f.becomes not in ('scheduled', 'queued')
                       then clock_timestamp() - f.ended_us * interval '1 microsecond' end,
                     worker = case when f.becomes not in ('scheduled', 'queued') then t.worker end,
                     run_at = case when f.becomes not in ('scheduled', 'queued')
                       then t.run_at else clock_timestamp() + f.retry_ms * interval '1 millisecond' end,
                     output = case when f.becomes not in ('scheduled', 'queued') then f.output::json end,
                     raw_output = case when f.becomes not in ('scheduled', 'queued') then f.raw_output end,
                     error = case when f.becomes not in ('scheduled', 'queued') then f.error end,
                     cpu_ms = f.cpu_ms,
                     peak_mb = f.peak_mb
                from fate f
               where t.id = f.id and t.attempt = f.attempt and t.state = f.was
              returning t.id, t.attempt, f.becomes, f.asked, f.why, f.began, f.reason, f.error,
                        f.since_us, f.cpu_ms, f.peak_mb
            ), earlier as (
              insert into rework.attempt (task, attempt, worker, cause, reason, error, started, cpu_ms, peak_mb)
              select s.id, s.attempt, me.id, coalesce(s.asked, 'error'), coalesce(s.why, s.reason), s.error,
                     coalesce(s.began, clock_timestamp() - s.since_us * interval '1 microsecond'),
                     s.cpu_ms, s.peak_mb
                from settled s
               cross join me
               where s.becomes in ('scheduled', 'queued')
            ), chosen as materialized (
              select t.id
                from rework.task t
               where t.ready
                 and t.operation = ?
                 and t.host = ?
                 and (t.rank, t.run_at, t.id)
                     >= (?, timestamptz 'epoch' + ?::bigint * interval '1 microsecond', ?)
               order by t.rank, t.run_at, t.id
               limit coalesce((select ?::bigint from me), 0)
                 for update skip locked
            ), claimed as (
              update rework.task t
                 set state = 'claimed', worker = me.id, attempt = t.attempt + 1
                from chosen
               cross join me
               where t.id = chosen.id
              returning t.id, t.attempt, t.rank, t.run_at, t.input, t.raw_input, t.metadata
            ), holder as (
              update rework.worker w
                 set holding = case when ?::boolean
                       then coalesce((select array_agg(c.id) from chosen c), '{}') else w.holding end,
                     state = case when w.state = 'stopping' or not ?::boolean then w.state
                                  when exists (select from chosen) then 'busy'
                                  else 'idle' end,
                     runs = w.runs + (select count(*) from settled)
                from me
               where w.id = me.id
            ), told as materialized (
              select pg_notify('rework_done', '') where ? and exists (select from settled)
            )
            select null, null, null, null, null, null, null, null,
                   (select array_agg(s.id) from settled s), exists (select from me), (select count(*) from told)
             union all
            select c.id, c.attempt, c.rank, (extract(epoch from c.run_at) * 1000000)::bigint,
                   case when pg_column_size(c.input) <= 16384 then c.input::text end,
                   case when pg_column_size(c.raw_input) <= 16384 then c.raw_input end,
                   case when c.metadata <> '{}' then c.metadata::text end,
                   greatest(pg_column_size(c.input), pg_column_size(c.raw_input)) > 16384,
                   null, null, null
              from claimed c
            """;

    private static final String RUNNING = """
            update rework.task t
               set state = case t.state when 'claimed' then 'running' else t.state end,
                   started = clock_timestamp() - ? * interval '1 microsecond'
             where t.id = ? and t.worker = ? and t.attempt = ? and t.state in ('claimed', 'aborting')
            """;

    // One that was to be aborted meanwhile has not begun: it is cancelled.
    private static final String GIVE_BACK = """
            with back as (
              update rework.task t
                 set state = case t.state when 'aborting' then 'aborted' else 'queued' end,
                     cause = case t.state when 'aborting' then 'cancelled' end,
                     finished = case t.state when 'aborting' then clock_timestamp() end,
                     attempt = t.attempt - 1,
                     worker = null
                from unnest(?::bigint[], ?::integer[]) x(id, attempt)
               where t.id = x.id and t.attempt = x.attempt and t.worker = ? and t.state in ('claimed', 'aborting')
              returning t.id, t.state
            ), told as materialized (
              select pg_notify('rework_ready', ?) where exists (select from back b where b.state = 'queued')
            ), cancelled as materialized (
              select pg_notify('rework_done', '') where exists (select from back b where b.state = 'aborted')
            )
            select count(*), (select count(*) from told), (select count(*) from cancelled) from back
            """;

    // What a claim took whose answer was lost; the worker's row knows, since the claim itself wrote it there.
    private static final String STRAYS = """
            select t.id, t.attempt
              from rework.worker w
             cross join lateral unnest(w.holding) h(id)
              join rework.task t on t.id = h.id and t.worker = w.id
               and t.state in ('claimed', 'running', 'aborting')
             where w.id = ?
               and not t.id = any (?::bigint[])
            """;

    private static final String READ_BACK = """
            select t.id,
                   case when t.worker = w.id and t.attempt = x.attempt
                        then case when t.finished is null then 'HELD' else 'SETTLED' end
                        when exists (select from rework.attempt a
                                      where a.task = t.id and a.attempt = x.attempt and a.worker = w.id)
                        then 'SETTLED'
                        else 'FENCED' end
              from rework.worker w
             cross join unnest(?::bigint[], ?::integer[]) x(id, attempt)
              join rework.task t on t.id = x.id
             where w.id = ?
            """;

    private static final String PROGRESS = """
            update rework.task t
               set progress = ?::json
             where t.id = ? and t.worker = ? and t.attempt = ? and t.state in ('claimed', 'running', 'aborting')
            """;

    private static final String INPUT = """
            select t.input::text, t.raw_input from rework.task t where t.id = ? and t.worker = ? and t.attempt = ?
            """;

    private static final String TELL = """
            select pg_notify('rework_done', '')
            """;

    private final Connection connection;
    private final long worker;

    /** A queue for this worker on this connection, which must be in auto-commit. */
    public TaskQueue(Connection connection, long worker) {
        this.connection = connection;
        this.worker = worker;
    }

    /**
     * What a worker serves: an operation on one host, or on any.
     *
     * @param host empty for tasks that any host may run
     */
    public record Lane(long operation, String host) {}

    /**
     * A place in a lane: claims go in this order.
     *
     * @param runAt microseconds since 1970
     */
    public record Place(int rank, long runAt, long id) implements Comparable<Place> {
        /** Before every task. */
        public static final Place FIRST = new Place(Integer.MIN_VALUE, 0, Long.MIN_VALUE);

        @Override
        public int compareTo(Place other) {
            int order = Integer.compare(rank, other.rank);
            order = order != 0 ? order : Long.compare(runAt, other.runAt);
            return order != 0 ? order : Long.compare(id, other.id);
        }
    }

    /** A lane's first task. */
    public record Head(Lane lane, Place place) {}

    /**
     * Asks for tasks.
     *
     * @param from look from this place on
     * @param most how many at most
     */
    public record Ask(Lane lane, Place from, int most) {}

    /**
     * A claimed task.
     *
     * @param attempt the attempt this is, once it begins
     * @param metadata JSON, null when there is none
     * @param large whether the inputs were left out, being long: {@link #inputs} reads them
     */
    public record Claim(
            long id,
            int attempt,
            Place place,
            @Nullable String input,
            byte @Nullable [] rawInput,
            @Nullable String metadata,
            boolean large) {}

    /**
     * How an attempt ended.
     *
     * @param done false for an exception of its own
     * @param sinceNanos when it began, by {@link System#nanoTime}
     * @param endedNanos when it ended
     * @param retryMs after how long it may run again; negative for never
     */
    public record Outcome(
            long id,
            int attempt,
            boolean done,
            @Nullable String output,
            byte @Nullable [] rawOutput,
            @Nullable String error,
            @Nullable String reason,
            long sinceNanos,
            long endedNanos,
            long cpuMs,
            int peakMb,
            long retryMs) {}

    /**
     * What a turn brought.
     *
     * @param claims in the order they should run
     * @param settled ids whose outcome counted; for the others see {@link #readBack}
     * @param alive false when somebody has declared this worker dead: nothing was done
     */
    public record Turn(List<Claim> claims, Set<Long> settled, boolean alive) {}

    /** What became of an outcome that did not count. */
    public enum Verdict {
        /** It had counted before: an answer was lost. */
        SETTLED,
        /** The task is still ours, its state changed meanwhile: settle again. */
        HELD,
        /** Somebody else decided. */
        FENCED
    }

    /** The first task of each lane that has one, best first; looks without locking, from the given places on. */
    public List<Head> heads(List<Lane> lanes, List<Place> from) throws SQLException {
        throw new SQLException("coming");
    }

    /**
     * Settles outcomes and claims tasks of one lane, in one commit.
     *
     * @param ask null to claim nothing
     * @param tell whether clients that wait are told
     */
    public Turn turn(List<Outcome> outcomes, @Nullable Ask ask, boolean tell) throws SQLException {
        throw new SQLException("coming");
    }

    /** What became of outcomes that did not count. */
    public java.util.Map<Long, Verdict> readBack(List<Outcome> outcomes) throws SQLException {
        throw new SQLException("coming");
    }

    /** Says that a claim runs since {@code sinceNanos}; false when it is not ours any more. */
    public boolean running(long id, int attempt, long sinceNanos) throws SQLException {
        throw new SQLException("coming");
    }

    /** Gives back claims that have not begun, uncharged; says how many were still ours. */
    public int giveBack(List<Claim> claims, String domain) throws SQLException {
        throw new SQLException("coming");
    }

    /** Claims this worker holds in the database but, as {@code known} says, not in its memory: a lost answer. */
    public List<Claim> strays(Set<Long> known) throws SQLException {
        throw new SQLException("coming");
    }

    /** Stores how far a task is; false when it is not ours any more. */
    public boolean progress(long id, int attempt, String json) throws SQLException {
        throw new SQLException("coming");
    }

    /** The same claim with its inputs. */
    public Claim inputs(Claim claim) throws SQLException {
        throw new SQLException("coming");
    }

    /** Tells clients that wait to look again. */
    public void tell() throws SQLException {
        throw new SQLException("coming");
    }
}
