package dev.rework.internal.db;

import dev.rework.Attempt;
import dev.rework.Cause;
import dev.rework.TaskFilter;
import dev.rework.TaskSnapshot;
import dev.rework.TaskState;
import dev.rework.internal.Limits;
import dev.rework.internal.PlainText;
import dev.rework.internal.SecretInput;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.StatementExceptions;
import org.jdbi.v3.core.statement.StatementExceptions.MessageRendering;
import org.jspecify.annotations.Nullable;

/** Table {@code task} for clients: reads and abort. Threads may share it. */
public final class TaskStore {
    private static final String FIND = """
            select t.*
              from rework.tasks t
             where t.id = :id
            """;

    // States that few tasks are in are looked up where those stand, not along the whole key: the planner sees the
    // value.
    // The filter reads the bare table: through the view each row passed over would cost a join. Its ids come as an
    // array: a join with a limit that is a parameter would be planned for a tenth of the table.
    private static final String NEWEST = """
            select t.*
              from rework.tasks t
             where t.id = any(array(
                    select k.id
                      from rework.task k
                     where (:anyOperation or k.operation = any(array(
                             select o.id
                               from rework.operation o
                              where (:domain::text is null or o.domain = :domain)
                                and (:operation::text is null or o.name = :operation))))
                       and (:host::text is null or k.host = :host)
                       and (:state::text is null
                            or k.state = :state
                            or (:state = 'queued' and k.state = 'claimed'))
                       and (:state::text is distinct from 'failed' or k.failed_at is not null)
                       and (:state::text is distinct from 'scheduled' or k.waiting)
                       and (:state::text is distinct from 'queued' or k.ready or k.id = any(array(
                             select unnest(w.holding) from rework.worker w where w.finished is null)))
                       and (coalesce(:state::text, '') not in ('running', 'aborting') or k.id = any(array(
                             select unnest(w.holding) from rework.worker w where w.finished is null)))
                     order by k.id desc
                     limit :limit))
             order by t.id
            """;

    private static final String AFTER = """
            select t.*
              from rework.tasks t
             where t.id = any(array(
                    select k.id
                      from rework.task k
                     where k.id > :after
                       and (:anyOperation or k.operation = any(array(
                             select o.id
                               from rework.operation o
                              where (:domain::text is null or o.domain = :domain)
                                and (:operation::text is null or o.name = :operation))))
                       and (:host::text is null or k.host = :host)
                       and (:state::text is null
                            or k.state = :state
                            or (:state = 'queued' and k.state = 'claimed'))
                       and (:state::text is distinct from 'failed' or k.failed_at is not null)
                       and (:state::text is distinct from 'scheduled' or k.waiting)
                       and (:state::text is distinct from 'queued' or k.ready or k.id = any(array(
                             select unnest(w.holding) from rework.worker w where w.finished is null)))
                       and (coalesce(:state::text, '') not in ('running', 'aborting') or k.id = any(array(
                             select unnest(w.holding) from rework.worker w where w.finished is null)))
                     order by k.id
                     limit :limit))
             order by t.id
            """;

    private static final String ATTEMPTS = """
            select attempt, worker, cause, reason, error, started, finished, cpu_ms, peak_mb
              from rework.attempt
             where task = :id
             order by attempt
            """;

    private static final String BODIES = """
            select t.input, t.raw_input, t.output, t.raw_output, t.moments, o.inputs as schema
              from rework.task t
              join rework.operation o on o.id = t.operation
             where t.id = :id
            """;

    private static final String OUTCOME = """
            select state, cause, reason, error, output, raw_output, token
              from rework.task
             where id = :id
            """;

    private static final String ABORT = """
            with became as (
              update rework.task
                 set state = case when state in ('claimed', 'running') then 'aborting' else 'aborted' end,
                     cause = case when state in ('claimed', 'running') then 'abort' else 'cancelled' end,
                     finished = case when state in ('claimed', 'running') then null else clock_timestamp() end,
                     reason = :reason
               where id = :id
                 and state in ('scheduled', 'blocked', 'queued', 'claimed', 'running')
              returning state
            ), told as materialized (
              select pg_notify(case state when 'aborting' then 'rework_kill' else 'rework_done' end, '') from became
            )
            select state, (select count(*) from told) from became
            """;

    private static final String STATE = """
            select state
              from rework.task
             where id = :id
            """;

    private final Jdbi jdbi;

    /** On these connections. */
    public TaskStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** On these connections, whatever their auto-commit. */
    public static Jdbi jdbi(DataSource connections) {
        Jdbi jdbi = Jdbi.create(() -> Database.committing(connections.getConnection()));
        // By default an error quotes the statement and all that was bound to it, into whatever logs it.
        jdbi.getConfig(StatementExceptions.class).setMessageRendering(MessageRendering.NONE);
        return jdbi;
    }

    /**
     * What a task was given and gave; JSON as stored.
     *
     * @param moments by their paths in the input, what they meant when it first started; null before, or when it has none
     */
    public record Bodies(
            @Nullable String input,
            byte @Nullable [] rawInput,
            @Nullable String output,
            byte @Nullable [] rawOutput,
            @Nullable String moments,
            @Nullable String schema) {

        /** The input as people may see it. */
        public @Nullable String seenInput() {
            return SecretInput.masked(schema, input);
        }
    }

    /** How far a task is and what came of it. */
    public record Outcome(
            TaskState state,
            @Nullable Cause cause,
            @Nullable String reason,
            @Nullable String error,
            @Nullable String output,
            byte @Nullable [] rawOutput,
            long token) {}

    /** What an abort came to. */
    public enum AbortAnswer {
        /** It had not begun and never will. */
        CANCELLED,
        /** It runs; its monitor has been asked to end it. */
        ASKED,
        /** Somebody else has already asked for its end. */
        ABORTING,
        /** It had already finished. */
        FINISHED,
        /** There is no such task. */
        UNKNOWN
    }

    /** One task. */
    public Optional<TaskSnapshot> find(long id) {
        return jdbi.withHandle(handle ->
                handle.createQuery(FIND).bind("id", id).map(TaskRows::snapshot).findOne());
    }

    /** Tasks in the order of their ids. */
    public List<TaskSnapshot> list(TaskFilter filter) {
        TaskState state = filter.state();
        return jdbi.withHandle(handle -> handle.createQuery(filter.after() == null ? NEWEST : AFTER)
                .bind("after", filter.after())
                .bind("anyOperation", filter.domain() == null && filter.operation() == null)
                .bind("domain", filter.domain())
                .bind("host", filter.host())
                .bind("operation", filter.operation())
                .bind("state", state == null ? null : state.name().toLowerCase(Locale.ROOT))
                .bind("limit", filter.limit())
                .map(TaskRows::snapshot)
                .list());
    }

    /** Its earlier attempts. */
    public List<Attempt> attempts(long id) {
        return jdbi.withHandle(handle -> handle.createQuery(ATTEMPTS)
                .bind("id", id)
                .map(TaskRows::attempt)
                .list());
    }

    /** Its input and output. */
    public Optional<Bodies> bodies(long id) {
        return jdbi.withHandle(handle -> handle.createQuery(BODIES)
                .bind("id", id)
                .map((row, context) -> new Bodies(
                        row.getString("input"),
                        row.getBytes("raw_input"),
                        row.getString("output"),
                        row.getBytes("raw_output"),
                        row.getString("moments"),
                        row.getString("schema")))
                .findOne());
    }

    /** Its state, and its output when it has one. */
    public Optional<Outcome> outcome(long id) {
        return jdbi.withHandle(handle -> handle.createQuery(OUTCOME)
                .bind("id", id)
                .map(TaskRows::outcome)
                .findOne());
    }

    /** Cancels what has not begun, asks for the end of what runs; leaves an audit row. */
    public AbortAnswer abort(long id, String reason) {
        Limits.demandReason(reason);
        String why = PlainText.clean(reason);
        return jdbi.inTransaction(handle -> {
            Optional<String> became = handle.createQuery(ABORT)
                    .bind("id", id)
                    .bind("reason", why)
                    .mapTo(String.class)
                    .findOne();
            if (became.isEmpty()) {
                return unchanged(handle.createQuery(STATE)
                        .bind("id", id)
                        .mapTo(String.class)
                        .findOne()
                        .orElse(""));
            }
            boolean runs = became.get().equals("aborting");
            Audit.record(handle, "abort", "task " + id, why);
            return runs ? AbortAnswer.ASKED : AbortAnswer.CANCELLED;
        });
    }

    private static AbortAnswer unchanged(String state) {
        return switch (state) {
            case "" -> AbortAnswer.UNKNOWN;
            case "aborting" -> AbortAnswer.ABORTING;
            default -> AbortAnswer.FINISHED;
        };
    }
}
