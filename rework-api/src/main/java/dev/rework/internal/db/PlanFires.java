package dev.rework.internal.db;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/**
 * Tables {@code plan} and {@code plan_watch} for those who fire plans. Any number of processes may: the position of a
 * plan is moved by a guarded update, in the statement that makes the tasks. Threads may share it.
 */
public final class PlanFires {
    private static final String POLL = """
            select clock_timestamp() as now, w.seen, p.id, p.rule, p.zone, p.missed, p.missed_max, p.overlap,
                   p.jitter_ms, p.last_fire,
                   p.overlap <> 'allow' and exists (select from rework.task t
                                                     where t.id = p.last_task and t.finished is null) as busy
              from (select :domain::text as domain) d
              left join rework.plan_watch w on w.domain = d.domain
              left join (rework.plan p join rework.operation o on o.id = p.operation)
                on o.domain = d.domain and not p.paused
             order by p.id
            """;

    private static final String WATCHED = """
            insert into rework.plan_watch as w (domain, seen)
            values (:domain, :seen)
            on conflict (domain) do update
               set seen = excluded.seen
             where w.seen < excluded.seen
            """;

    private static final String ORDER = """
            select p.input, p.raw_input is not null as raw, o.inputs, o.name, o.domain,
                   exists (select from rework.registration r
                            where r.operation = o.id and r.retired_at is null
                              and p.host in ('', r.host)) as served
              from rework.plan p
              join rework.operation o on o.id = p.operation
             where p.id = :id
            """;

    private static final String FIRE = """
            with instant as materialized (
              select f.at::timestamptz as at, nextval('rework.task_id') as id
                from unnest(:instants::text[]) f (at)),
            moved as (
              update rework.plan p
                 set last_fire = :to,
                     last_task = coalesce((select max(i.id) from instant i), p.last_task),
                     fired = p.fired + (select count(*) from instant),
                     skipped = p.skipped + :skipped,
                     note = coalesce(:note, p.note)
               where p.id = :id and p.last_fire = :from and not p.paused
              returning p.*),
            made as (
              insert into rework.task
                     (id, operation, plan, fire_at, run_at, state, cause, reason, finished, failed_at, host, rank,
                      input, raw_input, metadata)
              select i.id, m.operation, m.id, i.at, i.run_at,
                     case when :refused::text is not null then 'failed'
                          when i.run_at <= clock_timestamp() then 'queued'
                          else 'scheduled'
                     end,
                     case when :refused::text is not null then 'error' end,
                     :refused,
                     case when :refused::text is not null then clock_timestamp() end,
                     case when :refused::text is not null then clock_timestamp() end,
                     m.host, -o.priority, :input::json, m.raw_input, m.metadata
                from moved m
                join rework.operation o on o.id = m.operation
               cross join lateral (select instant.id, instant.at,
                                          instant.at + random() * m.jitter_ms * interval '1 millisecond' as run_at
                                     from instant) i
              on conflict (plan, fire_at) where plan is not null do nothing
              returning id, state, operation)
            select (select count(*) from moved) as moved,
                   (select count(*) from made) as made,
                   (select pg_notify('rework_ready', o.domain)::text
                      from rework.operation o
                     where o.id = (select min(t.operation) from made t where t.state = 'queued')) as woken
            """;

    private static final String RUN_NOW = """
            with made as (
              insert into rework.task (operation, plan, state, host, rank, input, raw_input, metadata)
              select p.operation, p.id, 'queued', p.host, -o.priority, :input::json, p.raw_input, p.metadata
                from rework.plan p
                join rework.operation o on o.id = p.operation
               where p.id = :id
              returning id, plan),
            counted as (
              update rework.plan p
                 set fired = p.fired + 1,
                     last_task = case when exists (select from rework.task t
                                                    where t.id = p.last_task and t.finished is null) then p.last_task
                                      else made.id
                                 end
                from made
               where p.id = made.plan)
            select made.id, pg_notify('rework_ready', :domain)::text
              from made
            """;

    private static final String NOTE = """
            update rework.plan
               set note = :note
             where id = :id and note is distinct from :note
            """;

    private final Jdbi jdbi;

    /** On these connections. */
    public PlanFires(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * The plans of a domain that are not paused.
     *
     * @param now the database's clock
     * @param watched when somebody last had dealt with all of them; null when nobody ever did
     */
    public record Watch(Instant now, @Nullable Instant watched, List<Candidate> plans) {}

    /**
     * A plan that may be due.
     *
     * @param position the last instant decided upon
     * @param busy it does not let tasks overlap, and its previous one has not ended
     */
    public record Candidate(long id, String rule, String zone, PlanPolicy policy, Instant position, boolean busy) {}

    /**
     * What its tasks need.
     *
     * @param schema the operation's input schema, null when it has none
     * @param served whether a host has it registered
     */
    public record Order(
            String operation,
            String domain,
            @Nullable String input,
            boolean raw,
            @Nullable String schema,
            boolean served) {}

    /**
     * A decision about a plan.
     *
     * @param from its position when it was decided
     * @param to its position from now on
     * @param instants a task for each
     * @param skipped how many instants were given up
     * @param refused why its input no longer fits: its tasks fail at once
     */
    public record Move(
            long plan,
            Instant from,
            Instant to,
            List<Instant> instants,
            long skipped,
            @Nullable String note,
            @Nullable String input,
            @Nullable String refused) {}

    /** Reads the plans of a domain. */
    public Watch poll(String domain) {
        return jdbi.withHandle(handle -> handle.createQuery(POLL)
                .bind("domain", domain)
                .scanResultSet((rows, context) -> {
                    Instant now = Instant.EPOCH;
                    Instant watched = null;
                    List<Candidate> plans = new ArrayList<>();
                    try (var all = rows.get()) {
                        while (all.next()) {
                            now = Stamps.instant(all, "now");
                            watched = Stamps.instantOrNull(all, "seen");
                            long id = all.getLong("id");
                            if (!all.wasNull()) {
                                plans.add(new Candidate(
                                        id,
                                        all.getString("rule"),
                                        all.getString("zone"),
                                        PlanRows.policy(all),
                                        Stamps.instant(all, "last_fire"),
                                        all.getBoolean("busy")));
                            }
                        }
                    }
                    return new Watch(now, watched, plans);
                }));
    }

    /** Notes that what was due until then has been dealt with. */
    public void watched(String domain, Instant until) {
        jdbi.useHandle(handle -> handle.createUpdate(WATCHED)
                .bind("domain", domain)
                .bind("seen", sql(until))
                .execute());
    }

    /** What the tasks of a plan need; empty when it is gone. */
    public Optional<Order> order(long plan) {
        return jdbi.withHandle(handle -> handle.createQuery(ORDER)
                .bind("id", plan)
                .map((row, context) -> new Order(
                        row.getString("name"),
                        row.getString("domain"),
                        row.getString("input"),
                        row.getBoolean("raw"),
                        row.getString("inputs"),
                        row.getBoolean("served")))
                .findOne());
    }

    /** Moves a plan and makes its tasks, or does nothing at all when somebody else has moved it: -1 then. */
    public int fire(Move move) {
        List<String> instants = move.instants.stream().map(Instant::toString).toList();
        return jdbi.withHandle(handle -> handle.registerArrayType(String.class, "text")
                .createQuery(FIRE)
                .bindArray("instants", String.class, instants)
                .bind("id", move.plan)
                .bind("from", sql(move.from))
                .bind("to", sql(move.to))
                .bind("skipped", move.skipped)
                .bind("note", move.note)
                .bind("input", move.input)
                .bind("refused", move.refused)
                .map((row, context) -> row.getInt("moved") == 0 ? -1 : row.getInt("made"))
                .one());
    }

    /** Makes a task of a plan at once, whatever its rule; its id, none when the plan is gone. Leaves an audit row. */
    public OptionalLong runNow(long plan, Order order, @Nullable String input) {
        return jdbi.inTransaction(handle -> {
            OptionalLong made = handle
                    .createQuery(RUN_NOW)
                    .bind("id", plan)
                    .bind("input", input)
                    .bind("domain", order.domain)
                    .map((row, context) -> row.getLong("id"))
                    .stream()
                    .mapToLong(Long::longValue)
                    .findFirst();
            if (made.isPresent()) {
                Audit.record(handle, "launch", "plan " + plan, "task " + made.getAsLong());
            }
            return made;
        });
    }

    /** Notes something remarkable about a plan. */
    public void note(long plan, String note) {
        jdbi.useHandle(handle ->
                handle.createUpdate(NOTE).bind("id", plan).bind("note", note).execute());
    }

    private static OffsetDateTime sql(Instant instant) {
        return OffsetDateTime.ofInstant(instant, ZoneOffset.UTC);
    }
}
