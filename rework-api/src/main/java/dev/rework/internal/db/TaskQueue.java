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
            select q.operation, q.host, h.rank, (extract(epoch from least(h.run_at, '200000-01-01')) * 1000000)::bigint, h.id
              from unnest(?::bigint[], ?::text[], ?::integer[], ?::bigint[], ?::bigint[])
                   q(operation, host, rank, run_us, id)
             cross join lateral (
                   select t.rank, t.run_at, t.id
                     from rework.task t
                    where t.ready
                      and t.operation = q.operation
                      and t.host = q.host
                      and t.run_at > '-infinity'
                      and (t.rank, t.run_at, t.id)
                          >= (q.rank, timestamptz 'epoch' + q.run_us * interval '1 microsecond', q.id)
                    order by t.rank, t.run_at, t.id
                    limit 1) h
             order by h.rank, h.run_at, h.id
            """;

    static final String RUNNING = """
            update rework.task t
               set state = case t.state when 'claimed' then 'running' else t.state end,
                   started = clock_timestamp() - ? * interval '1 microsecond'
             where t.id = ? and t.worker = ? and t.attempt = ? and t.state in ('claimed', 'aborting')
            """;

    // One that was to be aborted meanwhile has not begun: it is cancelled. Who is given back may be claimed by the same
    // worker
    // as the same attempt, so that only the session tells a late one of these.
    static final String GIVE_BACK = """
            with me as materialized (
              select w.id from rework.worker w where w.id = ? and w.session = ? for no key update
            ), back as (
              update rework.task t
                 set state = case t.state when 'aborting' then 'aborted' else 'queued' end,
                     cause = case t.state when 'aborting' then 'cancelled' end,
                     finished = case t.state when 'aborting' then clock_timestamp() end,
                     attempt = t.attempt - 1,
                     worker = null
                from me
               cross join unnest(?::bigint[], ?::integer[]) x(id, attempt)
               where t.id = x.id and t.attempt = x.attempt and t.worker = me.id and t.state in ('claimed', 'aborting')
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

    static final String MOMENTS = """
            update rework.task t
               set moments = coalesce(t.moments, ?::json)
             where t.id = ? and t.worker = ? and t.attempt = ? and t.state in ('claimed', 'running', 'aborting')
            returning t.moments::text
            """;

    static final String INPUT = """
            select t.input::text, t.raw_input from rework.task t where t.id = ? and t.worker = ? and t.attempt = ?
            """;

    static final String TELL = """
            select pg_notify('rework_done', '')
            """;

    private final Statements statements;
    private final long worker;
    private final int session;

    /** A queue for this worker on its first connection, which must be in auto-commit. */
    public TaskQueue(Connection connection, long worker) {
        this(connection, worker, 0);
    }

    /**
     * A queue for this worker on this connection, which must be in auto-commit.
     *
     * @param session which of its connections it is, as {@code worker.session} says: with another one nothing is claimed,
     *     settled or given back
     */
    public TaskQueue(Connection connection, long worker, int session) {
        this.statements = new Statements(connection);
        this.worker = worker;
        this.session = session;
    }

    /** The worker it is for. */
    public long worker() {
        return worker;
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
        return turn(outcomes, ask, tell, ask != null);
    }

    /** Settles the last outcomes of a worker that has nothing else in its hands and claims nothing: it is idle then. */
    public Turn rest(List<Outcome> outcomes, boolean tell) throws SQLException {
        return turn(outcomes, null, tell, true);
    }

    private Turn turn(List<Outcome> outcomes, @Nullable Ask ask, boolean tell, boolean holds) throws SQLException {
        Lane lane = ask == null ? new Lane(0, "") : ask.lane();
        Place from = ask == null ? Place.FIRST : ask.from();
        boolean again = outcomes.stream().anyMatch(outcome -> outcome.retryMs() >= 0);
        Binds binds = bind(again ? TurnStatement.SOME_AGAIN : TurnStatement.ALL_ENDED)
                .of(worker)
                .of(session);
        Outcomes.bind(outcomes, binds);
        binds.of(lane.operation())
                .of(lane.host())
                .of(from.rank())
                .of(from.runAt())
                .of(from.id())
                .of(ask != null && ask.untouched())
                .of(ask == null ? 0L : ask.most())
                .of(holds)
                .of(holds)
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

    /** Looks at the first task of each lane and claims, of the best lane, as many as stand there for it; null for none. */
    public @Nullable Found find(List<Lane> lanes, int[] most) throws SQLException {
        Binds binds = bind(FoundStatement.SQL)
                .array("int8", lanes.stream().mapToLong(Lane::operation).toArray())
                .array("text", lanes.stream().map(Lane::host).toArray(String[]::new))
                .array("int4", most)
                .of(worker)
                .of(session);
        List<Claim> claims = new ArrayList<>();
        Lane lane = null;
        try (ResultSet rows = binds.query()) {
            while (rows.next()) {
                claims.add(claim(rows.getLong(1), rows));
                lane = new Lane(rows.getLong(9), rows.getString(10));
            }
        }
        claims.sort(Comparator.comparing(Claim::place));
        return lane == null ? null : new Found(lane, claims);
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
                .of(worker)
                .of(session)
                .array("int8", claims.stream().mapToLong(Claim::id).toArray())
                .array("int4", claims.stream().mapToInt(Claim::attempt).toArray())
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

    /** Stores what a task's moments mean, unless that is known; answers what counts, null when it is not ours any more. */
    public @Nullable String moments(Claim claim, String json) throws SQLException {
        Binds binds = bind(MOMENTS).of(json).of(claim.id()).of(worker).of(claim.attempt());
        try (ResultSet rows = binds.query()) {
            return rows.next() ? rows.getString(1) : null;
        }
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
