package dev.rework.internal.db;

import java.sql.Array;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Table {@code task} for a worker: the few statements that decide how fast tasks flow. Plain JDBC on one connection in
 * auto-commit; each method is one statement and one transaction. Every write is fenced by (id, worker, attempt). Not for
 * two threads at once; after an {@link SQLException} nothing is known about what the statement did.
 */
public final class TaskQueue {

    static final String HEADS = """
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
    static final String TURN = """
            with me as materialized (
              select w.id from rework.worker w where w.id = ? and w.state <> 'dead' for no key update
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

    static final String RUNNING = """
            update rework.task t
               set state = case t.state when 'claimed' then 'running' else t.state end,
                   started = clock_timestamp() - ? * interval '1 microsecond'
             where t.id = ? and t.worker = ? and t.attempt = ? and t.state in ('claimed', 'aborting')
            """;

    // One that was to be aborted meanwhile has not begun: it is cancelled.
    static final String GIVE_BACK = """
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
    static final String STRAYS = """
            select t.id, t.attempt
              from rework.worker w
             cross join lateral unnest(w.holding) h(id)
              join rework.task t on t.id = h.id and t.worker = w.id
               and t.state in ('claimed', 'running', 'aborting')
             where w.id = ?
               and not t.id = any (?::bigint[])
            """;

    static final String READ_BACK = """
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

    static final String PROGRESS = """
            update rework.task t
               set progress = ?::json
             where t.id = ? and t.worker = ? and t.attempt = ? and t.state in ('claimed', 'running', 'aborting')
            """;

    static final String INPUT = """
            select t.input::text, t.raw_input from rework.task t where t.id = ? and t.worker = ? and t.attempt = ?
            """;

    static final String TELL = """
            select pg_notify('rework_done', '')
            """;

    private final Statements statements;
    private final long worker;

    /** A queue for this worker on this connection, which must be in auto-commit. */
    public TaskQueue(Connection connection, long worker) {
        this.statements = new Statements(connection);
        this.worker = worker;
    }

    /** The first task of each lane that has one, best first; looks without locking, from the given places on. */
    public List<Head> heads(List<Lane> lanes, List<Place> from) throws SQLException {
        int n = lanes.size();
        long[] operations = new long[n];
        String[] hosts = new String[n];
        int[] ranks = new int[n];
        long[] runAts = new long[n];
        long[] ids = new long[n];
        for (int i = 0; i < n; i++) {
            operations[i] = lanes.get(i).operation();
            hosts[i] = lanes.get(i).host();
            ranks[i] = from.get(i).rank();
            runAts[i] = from.get(i).runAt();
            ids[i] = from.get(i).id();
        }
        Binds binds = bind(HEADS)
                .array("int8", operations)
                .array("text", hosts)
                .array("int4", ranks)
                .array("int8", runAts)
                .array("int8", ids);
        List<Head> heads = new ArrayList<>();
        try (ResultSet rows = binds.query()) {
            while (rows.next()) {
                Lane lane = new Lane(rows.getLong(1), rows.getString(2));
                heads.add(new Head(lane, new Place(rows.getInt(3), rows.getLong(4), rows.getLong(5))));
            }
        }
        return heads;
    }

    /**
     * Settles outcomes and claims tasks of one lane, in one commit.
     *
     * @param ask null to claim nothing
     * @param tell whether clients that wait are told
     */
    public Turn turn(List<Outcome> outcomes, @Nullable Ask ask, boolean tell) throws SQLException {
        Lane lane = ask == null ? new Lane(0, "") : ask.lane();
        Place from = ask == null ? Place.FIRST : ask.from();
        Binds binds = bind(TURN).of(worker);
        Outcomes.bind(outcomes, binds);
        binds.of(lane.operation())
                .of(lane.host())
                .of(from.rank())
                .of(from.runAt())
                .of(from.id())
                .of(ask == null ? 0L : ask.most())
                .of(ask != null)
                .of(ask != null)
                .of(tell);
        Set<Long> settled = new HashSet<>();
        List<Claim> claims = new ArrayList<>();
        boolean alive = false;
        try (ResultSet rows = binds.query()) {
            while (rows.next()) {
                long id = rows.getLong(1);
                if (id != 0) {
                    claims.add(claim(id, rows));
                    continue;
                }
                alive = rows.getBoolean(10);
                Array ids = rows.getArray(9);
                if (ids != null) {
                    Collections.addAll(settled, (Long[]) ids.getArray());
                }
            }
        }
        claims.sort(Comparator.comparing(Claim::place));
        return new Turn(claims, settled, alive);
    }

    private static Claim claim(long id, ResultSet rows) throws SQLException {
        Place place = new Place(rows.getInt(3), rows.getLong(4), id);
        return new Claim(
                id, rows.getInt(2), place, rows.getString(5), rows.getBytes(6), rows.getString(7), rows.getBoolean(8));
    }

    /** What became of outcomes that did not count; nothing about tasks that are gone. */
    public Map<Long, Verdict> readBack(List<Outcome> outcomes) throws SQLException {
        Binds binds = bind(READ_BACK)
                .array("int8", outcomes.stream().mapToLong(Outcome::id).toArray())
                .array("int4", outcomes.stream().mapToInt(Outcome::attempt).toArray())
                .of(worker);
        Map<Long, Verdict> verdicts = new HashMap<>();
        try (ResultSet rows = binds.query()) {
            while (rows.next()) {
                verdicts.put(rows.getLong(1), Verdict.valueOf(rows.getString(2)));
            }
        }
        return verdicts;
    }

    /** Says that a claim runs since {@code sinceNanos}; false when that is known or it is not ours any more. */
    public boolean running(long id, int attempt, long sinceNanos) throws SQLException {
        return bind(RUNNING)
                        .of((System.nanoTime() - sinceNanos) / 1000)
                        .of(id)
                        .of(worker)
                        .of(attempt)
                        .update()
                > 0;
    }

    /** Gives back claims that have not begun, uncharged; says how many were still ours. */
    public int giveBack(List<Claim> claims, String domain) throws SQLException {
        Binds binds = bind(GIVE_BACK)
                .array("int8", claims.stream().mapToLong(Claim::id).toArray())
                .array("int4", claims.stream().mapToInt(Claim::attempt).toArray())
                .of(worker)
                .of(domain);
        try (ResultSet rows = binds.query()) {
            rows.next();
            return rows.getInt(1);
        }
    }

    /** Claims this worker holds in the database but, as {@code known} says, not in its memory: a lost answer. */
    public List<Claim> strays(Set<Long> known) throws SQLException {
        Binds binds = bind(STRAYS)
                .of(worker)
                .array("int8", known.stream().mapToLong(Long::longValue).toArray());
        List<Claim> strays = new ArrayList<>();
        try (ResultSet rows = binds.query()) {
            while (rows.next()) {
                strays.add(new Claim(rows.getLong(1), rows.getInt(2), Place.FIRST, null, null, null, true));
            }
        }
        return strays;
    }

    /** Stores how far a task is, as JSON; false when it is not ours any more. */
    public boolean progress(long id, int attempt, String json) throws SQLException {
        return bind(PROGRESS).of(json).of(id).of(worker).of(attempt).update() > 0;
    }

    /** The same claim with its inputs; null when it is not ours any more. */
    public @Nullable Claim inputs(Claim claim) throws SQLException {
        try (ResultSet rows =
                bind(INPUT).of(claim.id()).of(worker).of(claim.attempt()).query()) {
            if (!rows.next()) {
                return null;
            }
            return new Claim(
                    claim.id(),
                    claim.attempt(),
                    claim.place(),
                    rows.getString(1),
                    rows.getBytes(2),
                    claim.metadata(),
                    false);
        }
    }

    /** Tells clients that wait to look again. */
    public void tell() throws SQLException {
        bind(TELL).query().close();
    }

    private Binds bind(String sql) throws SQLException {
        return statements.bind(sql);
    }
}
