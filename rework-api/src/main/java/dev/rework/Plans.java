package dev.rework;

import dev.rework.internal.CronRule;
import dev.rework.internal.InputSchema;
import dev.rework.internal.db.Database;
import dev.rework.internal.db.NewTask;
import dev.rework.internal.db.PlanFires;
import dev.rework.internal.db.PlanFires.Order;
import dev.rework.internal.db.PlanPolicy;
import dev.rework.internal.db.PlanStore;
import dev.rework.internal.db.TaskKey;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** The plans of a client. Threads may share it. */
final class Plans {
    private final Client client;
    private final Database database;
    private final PlanStore store;
    private final PlanFires fires;

    Plans(Client client, Jdbi jdbi) {
        this.client = client;
        this.database = client.database;
        this.store = new PlanStore(jdbi);
        this.fires = new PlanFires(jdbi);
    }

    Plan save(PlanBuilder asked) {
        CronRule.parse(asked.rule, asked.zone);
        PlanPolicy policy = new PlanPolicy(asked.missed, asked.missedMax, asked.overlap, asked.jitter);
        Operations.Known operation = client.operations.find(asked.task, null);
        NewTask.Input given = Client.input(asked.task, operation);
        NewTask.Input input = client.secrets.seal(operation, given);
        PlanStore.Draft draft = new PlanStore.Draft(
                operation.found().id(),
                asked.task.host,
                CronRule.normal(asked.rule),
                asked.zone,
                input.json(),
                input.raw(),
                Client.metadata(asked.task),
                policy,
                asked.paused,
                client.secrets.marked(operation, given.json()));
        return database.read(
                "prepare `" + asked.task.operation + "`",
                () -> store.find(store.prepare(draft)).orElseThrow());
    }

    boolean delete(long id) {
        return database.read("delete plan " + id, () -> store.unprepare(id));
    }

    List<Plan> list() {
        return database.read("list plans", () -> store.list(PlanStore.Filter.ALL));
    }

    Optional<Plan> find(long id) {
        return database.read("read plan " + id, () -> store.find(id));
    }

    boolean pause(long id) {
        return database.read("pause plan " + id, () -> store.pause(id));
    }

    boolean resume(long id) {
        return database.read("resume plan " + id, () -> store.resume(id));
    }

    Optional<Task<Object>> run(long id) {
        Optional<Order> order = database.read("read plan " + id, () -> fires.order(id));
        if (order.isEmpty()) {
            return Optional.empty();
        }
        String input = checked(order.get());
        OptionalLong made = fires.runNow(id, order.get(), input);
        return made.isEmpty()
                ? Optional.empty()
                : Optional.of(new Task<>(client, TaskKey.of(made.getAsLong()), Object.class));
    }

    private static @Nullable String checked(Order order) {
        InputSchema schema = order.raw() ? null : InputSchema.parse(order.schema());
        try {
            return schema == null ? order.input() : schema.accept(order.input());
        } catch (InvalidInput e) {
            throw new InvalidInput(order.operation(), e.problems());
        }
    }
}
