package dev.rework.internal.db;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.ConnectionException;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

/** Table {@code monitor}: who owns the workers of a domain on a host, and what it has to look at. Threads may share it. */
public final class MonitorStore {

    private static final String LIST = """
            select n.*
              from (select m.*, m.lease < clock_timestamp() as silent
                      from rework.monitor m
                     where m.ended is null
                       and m.id > :after
                       and (:domain::text is null or m.domain = :domain)
                       and (:host::text is null or m.host = :host)
                     order by case when :after = 0 then -m.id else m.id end
                     limit :limit) n
             order by n.id
            """;

    private static final String INCUMBENT = """
            select m.id, m.pid, m.pid_start, m.boot_id, m.pid_space, m.started, m.lease < clock_timestamp() as silent
              from rework.monitor m
             where m.host = :host and m.domain = :domain and m.ended is null
            """;

    private static final String INSERT = """
            insert into rework.monitor (host, domain, pid, pid_start, boot_id, pid_space, options, lease)
            values (:host, :domain, :pid, :pidStart, :bootId, :pidSpace, :options::jsonb,
                    clock_timestamp() + interval '15 seconds')
            returning id
            """;

    private static final String RENEW = """
            update rework.monitor m
               set seen = clock_timestamp(), lease = clock_timestamp() + interval '15 seconds'
             where m.id = :id and m.ended is null
            """;

    private static final String HEAR = """
            select true
            """;

    private static final String END = """
            update rework.monitor m set ended = clock_timestamp() where m.id = :id and m.ended is null
            """;

    private static final String SERVED = """
            select r.operation
              from rework.registration r
              join rework.operation o on o.id = r.operation
             where r.host = :host and o.domain = :domain and r.retired_at is null
             order by r.operation
            """;

    private static final String INSTALLATION = """
            select i.id from rework.installation i
            """;

    // All that a monitor must know, once a second, in one statement. Without the order, which nobody needs, the planner
    // reads
    // the whole table for a handful of what it thinks is everywhere.
    static final String LOOK = """
            select 'queued' as kind, null::bigint as worker, null::bigint as task, null::integer as attempt,
                   (select count(*)
                      from (select
                              from rework.registration r
                              join rework.operation o on o.id = r.operation
                             cross join unnest(array['', :host]) served(host)
                             cross join lateral (select
                                                   from rework.task t
                                                  where t.ready and t.operation = o.id and t.host = served.host
                                                  order by t.rank, t.run_at, t.id
                                                  limit :bound) q
                             where o.domain = :domain and r.host = :host and r.retired_at is null
                             limit :bound) due) as number,
                   null::text as cause, null::text as reason
             union all
            select 'due', null, null, null,
                   (extract(epoch from (select case when first.at < '200000-01-01' then first.at end
                                          from (select min(t.run_at)
                                                  from rework.task t
                                                 where t.waiting and t.run_at > '-infinity') first (at))
                      - clock_timestamp()) * 1000)::bigint,
                   null, null
             union all
            select 'plans', null, null, null,
                   (select count(*)
                      from (select
                              from rework.plan p
                              join rework.operation o on o.id = p.operation
                             where o.domain = :domain
                             limit 1) one),
                   null, null
             union all
            select case when w.kill_requested is null then 'stop' else 'kill' end, w.id, null, null, null, null,
                   w.request_reason
              from rework.worker w
             where w.host = :host and w.domain = :domain and w.finished is null
               and (w.kill_requested is not null or w.stop_requested is not null)
             union all
            select 'dump', w.id, null, null, null, null, null
              from rework.worker w
             where w.host = :host and w.domain = :domain and w.finished is null and w.dump_requested is not null
             union all
            select case t.state when 'aborting' then 'abort' else 'late' end, w.id, t.id, t.attempt,
                   case t.state when 'aborting' then o.grace_ms else o.timeout_ms end, t.cause, t.reason
              from rework.worker w
             cross join lateral unnest(w.holding) h(id)
              join rework.task t on t.id = h.id and t.worker = w.id and t.state in ('running', 'aborting')
              join rework.operation o on o.id = t.operation
             where w.host = :host and w.domain = :domain and w.finished is null
               and (t.state = 'aborting'
                    or t.started + least(o.timeout_ms, 3153600000000) * interval '1 millisecond' <= clock_timestamp())
            """;

    private final Jdbi jdbi;

    public MonitorStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * A monitor about to begin.
     *
     * @param options JSON
     */
    public record Entry(
            String host, String domain, long pid, long pidStart, String bootId, String pidSpace, String options) {}

    /** The monitor that a host and domain have, dead or alive. */
    public record Incumbent(
            long id, long pid, long pidStart, String bootId, String pidSpace, Instant started, boolean silent) {}

    /**
     * Something a worker was asked for.
     *
     * @param kill at once, else politely
     */
    public record Request(long worker, boolean kill, String reason) {}

    /**
     * An attempt that is to end.
     *
     * @param cause {@code abort} or {@code timeout}
     */
    public record Order(long worker, long task, int attempt, String cause, String reason, long graceMillis) {}

    /** An attempt that runs longer than its operation allows. */
    public record Late(long worker, long task, int attempt, long timeoutMillis) {}

    /**
     * What a monitor sees.
     *
     * @param queued how many tasks wait for its workers, counted up to the bound
     * @param dumps workers of which somebody wants a thread dump
     * @param hasPlans whether its domain has any
     * @param dueInMillis until the next scheduled task of any domain is due; null when there is none
     */
    public record Look(
            int queued,
            boolean hasPlans,
            @Nullable Long dueInMillis,
            List<Request> requests,
            List<Long> dumps,
            List<Order> orders,
            List<Late> late) {
        /** Nothing. */
        public static final Look NOTHING = new Look(0, false, null, List.of(), List.of(), List.of(), List.of());
    }

    /** The newest {@code limit} that have not ended (with {@code after}: the next ones), in the order of their ids. */
    public List<MonitorRow> list(@Nullable String domain, @Nullable String host, int limit, long after) {
        return jdbi.withHandle(handle -> handle.createQuery(LIST)
                .bind("domain", domain)
                .bind("host", host)
                .bind("limit", limit)
                .bind("after", after)
                .map((row, context) -> row(row))
                .list());
    }

    /** Who serves a host and domain. */
    public Optional<Incumbent> incumbent(String host, String domain) {
        return jdbi.withHandle(handle -> handle.createQuery(INCUMBENT)
                .bind("host", host)
                .bind("domain", domain)
                .map((row, context) -> new Incumbent(
                        row.getLong("id"),
                        row.getLong("pid"),
                        row.getLong("pid_start"),
                        row.getString("boot_id"),
                        row.getString("pid_space"),
                        Stamps.instant(row, "started"),
                        row.getBoolean("silent")))
                .findOne());
    }

    /** Registers a monitor; empty when its host and domain have one already. */
    public Optional<Long> enter(Entry entry) {
        try {
            return jdbi.withHandle(handle -> handle.createQuery(INSERT)
                    .bindMethods(entry)
                    .mapTo(Long.class)
                    .findOne());
        } catch (UnableToExecuteStatementException e) {
            if (e.getCause() instanceof SQLException sql && "23505".equals(sql.getSQLState())) {
                return Optional.empty();
            }
            throw e;
        }
    }

    /** Renews its lease, and with it that of all its workers; false when somebody has ended it. */
    public boolean renew(long id) {
        return update(RENEW, id);
    }

    /** Asks the database anything; returns once it was answered. */
    public void hear() {
        jdbi.useHandle(handle -> handle.createQuery(HEAR).mapTo(Boolean.class).one());
    }

    /** Ends a monitor's row; false when it had ended. */
    public boolean end(long id) {
        return update(END, id);
    }

    private boolean update(String statement, long id) {
        return jdbi.withHandle(
                handle -> handle.createUpdate(statement).bind("id", id).execute() == 1);
    }

    /** The operations that a host serves of a domain. */
    public List<Long> served(String host, String domain) {
        return jdbi.withHandle(handle -> handle.createQuery(SERVED)
                .bind("host", host)
                .bind("domain", domain)
                .mapTo(Long.class)
                .list());
    }

    /**
     * Makes sure that a monitor may begin to work with what is there.
     *
     * @throws dev.rework.SchemaMismatch when the schema is missing, older, newer or another program's
     */
    public void demandSchema() {
        try {
            jdbi.useHandle(handle -> Database.demandCurrent(handle.getConnection()));
        } catch (SQLException e) {
            throw new ConnectionException(e);
        }
    }

    /** What tells this database from another. */
    public java.util.UUID installation() {
        return jdbi.withHandle(handle ->
                handle.createQuery(INSTALLATION).mapTo(java.util.UUID.class).one());
    }

    /** Looks at all that concerns the monitor of a host and domain; counts queued tasks up to {@code bound}. */
    public Look look(String host, String domain, int bound) {
        List<Request> requests = new ArrayList<>();
        List<Long> dumps = new ArrayList<>();
        List<Order> orders = new ArrayList<>();
        List<Late> late = new ArrayList<>();
        long[] counts = new long[2];
        Long[] due = new Long[1];
        jdbi.useHandle(handle -> handle.createQuery(LOOK)
                .bind("host", host)
                .bind("domain", domain)
                .bind("bound", bound)
                .map((row, context) -> {
                    long worker = row.getLong("worker");
                    long task = row.getLong("task");
                    int attempt = row.getInt("attempt");
                    Long number = row.getObject("number", Long.class);
                    String reason = row.getString("reason");
                    String why = reason == null ? "" : reason;
                    switch (row.getString("kind")) {
                        case "queued" -> counts[0] = row.getLong("number");
                        case "plans" -> counts[1] = row.getLong("number");
                        case "due" -> due[0] = number;
                        case "stop" -> requests.add(new Request(worker, false, why));
                        case "kill" -> requests.add(new Request(worker, true, why));
                        case "dump" -> dumps.add(worker);
                        case "abort" ->
                            orders.add(new Order(
                                    worker, task, attempt, row.getString("cause"), why, row.getLong("number")));
                        default -> late.add(new Late(worker, task, attempt, row.getLong("number")));
                    }
                    return row.getString("kind");
                })
                .list());
        return new Look((int) counts[0], counts[1] > 0, due[0], requests, dumps, orders, late);
    }

    private static MonitorRow row(ResultSet row) throws SQLException {
        return new MonitorRow(
                row.getLong("id"),
                row.getString("host"),
                row.getString("domain"),
                row.getInt("pid"),
                row.getString("options"),
                Stamps.instant(row, "started"),
                Stamps.instant(row, "seen"),
                row.getBoolean("silent"),
                Stamps.instantOrNull(row, "ended"));
    }
}
