package dev.rework.internal.db;

import dev.rework.internal.InputSchema;
import dev.rework.internal.SecretInput;
import dev.rework.internal.SecretKeys;
import java.time.ZoneId;
import java.util.List;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;

/** The sealed parts of inputs, in tables {@code task} and {@code plan}, when keys change. Threads may share it. */
public final class SecretStore {
    private static final int AT_ONCE = 200;

    private static final String OPERATIONS = """
            select o.id, o.domain, o.name, o.inputs
              from rework.operation o
             where strpos(o.inputs::text, '"x-secret"') > 0
             order by o.id
            """;

    private static final String TASKS = """
            select t.id, t.input
              from rework.task t
             where t.operation = :operation
               and t.id > :after
               and strpos(t.input::text, '$secret') > 0
             order by t.id
             limit :limit
            """;

    private static final String RESEAL_TASK = """
            update rework.task t
               set input = :input::json
             where t.id = :id and t.input::text = :before
            """;

    private static final String PLANS = """
            select p.id, p.host, p.rule, p.zone, p.input
              from rework.plan p
             where p.operation = :operation
               and strpos(p.input::text, '$secret') > 0
             order by p.id
            """;

    private static final String RESEAL_PLAN = """
            update rework.plan p
               set input = :input::json,
                   identity = case when exists (select from rework.plan q where q.identity = :identity and q.id <> p.id)
                                   then p.identity
                                   else :identity
                              end
             where p.id = :id and p.input::text = :before
            """;

    private final Jdbi jdbi;

    /** On these connections. */
    public SecretStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    private record Sealing(long operation, SecretInput inputs, InputSchema schema) {}

    private record Row(long id, String input) {}

    private record Plan(long id, String input, PlanStore.Draft draft) {}

    /** Seals with the newest key what an older one sealed, a few rows at once; how many rows it changed. */
    public long rotate(SecretKeys keys) {
        long changed = 0;
        for (Sealing sealing : operations(keys)) {
            changed += tasks(sealing) + plans(sealing);
        }
        long all = changed;
        jdbi.useTransaction(handle -> Audit.record(
                handle, "rotate-secrets", "all tasks and plans", all + " inputs sealed with key " + newest(keys)));
        return changed;
    }

    private static String newest(SecretKeys keys) {
        List<String> ids = keys.ring().ids();
        return ids.isEmpty() ? "none" : ids.get(ids.size() - 1);
    }

    private List<Sealing> operations(SecretKeys keys) {
        return jdbi.withHandle(handle -> handle.createQuery(OPERATIONS)
                .map((row, context) -> {
                    InputSchema schema = InputSchema.parse(row.getString("inputs"));
                    if (schema == null) {
                        throw new IllegalStateException("no schema");
                    }
                    SecretInput inputs = new SecretInput(keys, row.getString("domain"), row.getString("name"));
                    return new Sealing(row.getLong("id"), inputs, schema);
                })
                .list());
    }

    private long tasks(Sealing sealing) {
        long changed = 0;
        long after = 0;
        while (true) {
            List<Row> rows = page(sealing.operation, after);
            if (rows.isEmpty()) {
                return changed;
            }
            after = rows.get(rows.size() - 1).id;
            changed += jdbi.<Long, RuntimeException>inTransaction(handle -> {
                long some = 0;
                for (Row row : rows) {
                    some += reseal(handle, sealing, row);
                }
                return some;
            });
        }
    }

    private List<Row> page(long operation, long after) {
        return jdbi.withHandle(handle -> handle.createQuery(TASKS)
                .bind("operation", operation)
                .bind("after", after)
                .bind("limit", AT_ONCE)
                .map((row, context) -> new Row(row.getLong("id"), row.getString("input")))
                .list());
    }

    private static int reseal(Handle handle, Sealing sealing, Row row) {
        String sealed = sealing.inputs.resealed(sealing.schema, row.input);
        return sealed == null
                ? 0
                : handle.createUpdate(RESEAL_TASK)
                        .bind("id", row.id)
                        .bind("before", row.input)
                        .bind("input", sealed)
                        .execute();
    }

    private long plans(Sealing sealing) {
        return jdbi.<Long, RuntimeException>inTransaction(handle -> {
            long changed = 0;
            for (Plan plan : planned(handle, sealing)) {
                changed += reseal(handle, sealing, plan);
            }
            return changed;
        });
    }

    private static List<Plan> planned(Handle handle, Sealing sealing) {
        return handle.createQuery(PLANS)
                .bind("operation", sealing.operation)
                .map((row, context) -> {
                    String input = row.getString("input");
                    return new Plan(
                            row.getLong("id"),
                            input,
                            new PlanStore.Draft(
                                    sealing.operation,
                                    row.getString("host"),
                                    row.getString("rule"),
                                    ZoneId.of(row.getString("zone")),
                                    input,
                                    null,
                                    "{}",
                                    PlanPolicy.DEFAULT,
                                    null,
                                    sealing.inputs.marked(sealing.schema, input)));
                })
                .list();
    }

    private static int reseal(Handle handle, Sealing sealing, Plan plan) {
        String sealed = sealing.inputs.resealed(sealing.schema, plan.input);
        return sealed == null
                ? 0
                : handle.createUpdate(RESEAL_PLAN)
                        .bind("id", plan.id)
                        .bind("before", plan.input)
                        .bind("input", sealed)
                        .bind("identity", PlanIdentity.of(plan.draft).get(0))
                        .execute();
    }
}
