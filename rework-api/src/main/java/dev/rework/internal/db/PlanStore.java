package dev.rework.internal.db;

import dev.rework.Plan;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Table {@code plan} for clients and for registration; {@link PlanFires} fires them. Threads may share it. */
public final class PlanStore {
    private static final String PREPARE = """
            insert into rework.plan as p
                   (operation, host, rule, zone, input, raw_input, metadata, missed, missed_max, overlap, jitter_ms,
                    paused, identity)
            values (:operation, :host, :rule, :zone, :input::json, :raw, :metadata::jsonb, :missed, :missedMax,
                    :overlap, :jitter, coalesce(:paused, false), :identity)
            on conflict (identity) do update
               set metadata = excluded.metadata,
                   missed = excluded.missed,
                   missed_max = excluded.missed_max,
                   overlap = excluded.overlap,
                   jitter_ms = excluded.jitter_ms,
                   paused = coalesce(:paused, p.paused),
                   last_fire = case when p.paused and not :paused then clock_timestamp() else p.last_fire end
            returning id
            """;

    private static final String DECLARE = """
            insert into rework.plan as p
                   (operation, rule, zone, missed, missed_max, overlap, jitter_ms, declared, identity)
            values (:operation, :rule, :zone, :missed, :missedMax, :overlap, :jitter, true, :identity)
            on conflict (identity) do update
               set rule = excluded.rule,
                   zone = excluded.zone,
                   missed = excluded.missed,
                   missed_max = excluded.missed_max,
                   overlap = excluded.overlap,
                   jitter_ms = excluded.jitter_ms,
                   last_fire = case when p.rule = excluded.rule and p.zone = excluded.zone then p.last_fire
                                    else clock_timestamp()
                               end
            """;

    private static final String UNDECLARE = """
            delete from rework.plan
             where operation = :operation and declared
            """;

    private static final String UNDECLARE_RETIRED = """
            delete from rework.plan p
             where p.declared
               and not exists (select from rework.registration r
                                where r.operation = p.operation and r.retired_at is null)
            """;

    /** A plan that an older key of its secrets told from others. */
    private static final String RENAME = """
            update rework.plan p
               set identity = :identity
             where p.identity = :older
               and not exists (select from rework.plan q where q.identity = :identity)
            """;

    private static final String UNPREPARE = """
            delete from rework.plan
             where id = :id
            """;

    private static final String FIND = """
            select p.*, clock_timestamp() as now
              from rework.plans p
             where p.id = :id
            """;

    private static final String NEWEST = """
            select newest.*
              from (select p.*, clock_timestamp() as now
                      from rework.plans p
                     where (:domain::text is null or p.domain = :domain)
                       and (:host::text is null or p.host = :host)
                       and (:operation::text is null or p.operation = :operation)
                       and (:paused::boolean is null or p.paused = :paused)
                     order by p.id desc
                     limit :limit) newest
             order by newest.id
            """;

    private static final String AFTER = """
            select p.*, clock_timestamp() as now
              from rework.plans p
             where p.id > :after
               and (:domain::text is null or p.domain = :domain)
               and (:host::text is null or p.host = :host)
               and (:operation::text is null or p.operation = :operation)
               and (:paused::boolean is null or p.paused = :paused)
             order by p.id
             limit :limit
            """;

    private static final String READS_INPUTS = """
            select has_column_privilege('rework.plan', 'input', 'select')
            """;

    private static final String PAUSE = """
            update rework.plan
               set paused = true
             where id = :id
            """;

    private static final String RESUME = """
            update rework.plan
               set paused = false,
                   last_fire = case when paused then clock_timestamp() else last_fire end
             where id = :id
            """;

    private final Jdbi jdbi;

    /** On these connections. */
    public PlanStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /**
     * A plan to make, already checked: rule with {@code CronRule.parse}, input with its operation's schema.
     *
     * @param metadata a JSON object
     * @param paused null: as it is, not paused when it is new
     * @param inputMarks what tells the input from others, the one to keep first; empty when it does so itself
     */
    @SuppressWarnings("ArrayRecordComponent") // handed on, never compared
    public record Draft(
            long operation,
            String host,
            String rule,
            ZoneId zone,
            @Nullable String input,
            byte @Nullable [] rawInput,
            String metadata,
            PlanPolicy policy,
            @Nullable Boolean paused,
            List<String> inputMarks) {}

    /** Which to list: the newest {@code limit}, or the next ones above {@code after}. */
    public record Filter(
            @Nullable String domain,
            @Nullable String host,
            @Nullable String operation,
            @Nullable Boolean paused,
            int limit,
            @Nullable Long after) {
        /** Every plan. */
        public static final Filter ALL = new Filter(null, null, null, null, Integer.MAX_VALUE, null);
    }

    /** {@code @Operation(cron = …)}, already checked with {@code CronRule.parse}. */
    public record Declared(String rule, ZoneId zone, PlanPolicy policy) {}

    /**
     * Makes the one declared plan of an operation be as declared, within the caller's transaction. A changed rule
     * starts afresh; an unchanged one keeps its position, and its pause. Null: the declaration is gone, and so is its
     * plan.
     */
    static void declare(Handle transaction, long operation, @Nullable Declared declared) {
        if (declared == null) {
            transaction.createUpdate(UNDECLARE).bind("operation", operation).execute();
            return;
        }
        transaction
                .createUpdate(DECLARE)
                .bind("operation", operation)
                .bind("rule", declared.rule)
                .bind("zone", declared.zone.getId())
                .bind("missed", PlanRows.stored(declared.policy.missed()))
                .bind("missedMax", declared.policy.missedMax())
                .bind("overlap", PlanRows.stored(declared.policy.overlap()))
                .bind("jitter", declared.policy.jitter().toMillis())
                .bind("identity", PlanIdentity.declared(operation))
                .execute();
    }

    /** Deletes the declared plans of operations that no host has registered any more. */
    static void undeclareRetired(Handle transaction) {
        transaction.createUpdate(UNDECLARE_RETIRED).execute();
    }

    /** Makes a plan, or finds the same one and gives it these policies and metadata; its id. Leaves an audit row. */
    public long prepare(Draft draft) {
        return jdbi.inTransaction(handle -> {
            long id = prepare(handle, draft);
            String detail = "operation " + draft.operation + ": " + draft.rule + " " + draft.zone.getId();
            Audit.record(handle, "prepare", "plan " + id, detail);
            return id;
        });
    }

    private static long prepare(Handle transaction, Draft draft) {
        List<byte[]> identities = PlanIdentity.of(draft);
        for (byte[] older : identities.subList(1, identities.size())) {
            transaction
                    .createUpdate(RENAME)
                    .bind("older", older)
                    .bind("identity", identities.get(0))
                    .execute();
        }
        return transaction
                .createQuery(PREPARE)
                .bind("operation", draft.operation)
                .bind("host", draft.host)
                .bind("rule", draft.rule)
                .bind("zone", draft.zone.getId())
                .bind("input", draft.input)
                .bind("raw", draft.rawInput)
                .bind("metadata", draft.metadata)
                .bind("missed", PlanRows.stored(draft.policy.missed()))
                .bind("missedMax", draft.policy.missedMax())
                .bind("overlap", PlanRows.stored(draft.policy.overlap()))
                .bind("jitter", draft.policy.jitter().toMillis())
                .bind("paused", draft.paused)
                .bind("identity", identities.get(0))
                .mapTo(Long.class)
                .one();
    }

    /** Deletes a plan; its tasks stay. False when there is none. */
    public boolean unprepare(long id) {
        return changed("unprepare", UNPREPARE, id);
    }

    /** One plan. */
    public Optional<Plan> find(long id) {
        return jdbi.withHandle(handle ->
                handle.createQuery(FIND).bind("id", id).map(PlanRows::plan).findOne());
    }

    /** Plans in the order of their ids. */
    public List<Plan> list(Filter filter) {
        return jdbi.withHandle(handle -> handle.createQuery(filter.after == null ? NEWEST : AFTER)
                .bind("after", filter.after)
                .bind("domain", filter.domain)
                .bind("host", filter.host)
                .bind("operation", filter.operation)
                .bind("paused", filter.paused)
                .bind("limit", filter.limit)
                .map(PlanRows::plan)
                .list());
    }

    /** Whether inputs are shown to whoever is logged in; when not, plans seem to have none. */
    public boolean readsInputs() {
        return jdbi.withHandle(
                handle -> handle.createQuery(READS_INPUTS).mapTo(Boolean.class).one());
    }

    /** It fires no more until it is resumed. False when there is none. */
    public boolean pause(long id) {
        return changed("pause", PAUSE, id);
    }

    /** It goes on with its next instant; those of the pause are gone. False when there is none. */
    public boolean resume(long id) {
        return changed("resume", RESUME, id);
    }

    private boolean changed(String verb, String sql, long id) {
        return jdbi.inTransaction(handle -> {
            boolean changed = handle.createUpdate(sql).bind("id", id).execute() == 1;
            if (changed) {
                Audit.record(handle, verb, "plan " + id, "");
            }
            return changed;
        });
    }
}
