package dev.rework;

import dev.rework.internal.ClientOptions;
import dev.rework.internal.Codec;
import dev.rework.internal.InputSchema;
import dev.rework.internal.Limits;
import dev.rework.internal.PlainText;
import dev.rework.internal.db.Database;
import dev.rework.internal.db.DoneSource;
import dev.rework.internal.db.Enqueue;
import dev.rework.internal.db.LogStore;
import dev.rework.internal.db.NewTask;
import dev.rework.internal.db.OperationStore;
import dev.rework.internal.db.Scheduler;
import dev.rework.internal.db.TaskKey;
import dev.rework.internal.db.TaskStore;
import dev.rework.internal.db.Waiters;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** What the handles of one {@link Rework} share. */
final class Client implements AutoCloseable {
    final ClientOptions options;
    final Database database;
    final TaskStore tasks;
    final LogStore logs;
    final Waiters waiters;
    final Scheduler scheduler;
    final Operations operations;
    final Plans plans;
    final Secrets secrets;

    Client(ClientOptions options) {
        this.options = options;
        this.database = options.parent() == null
                ? new Database(options.connections(), options.shown())
                : Database.ofTask(options.connections(), options.shown());
        Jdbi jdbi = TaskStore.jdbi(options.connections());
        this.tasks = new TaskStore(jdbi);
        this.logs = new LogStore(jdbi);
        this.operations = new Operations(database, new OperationStore(jdbi));
        this.waiters = new Waiters(new DoneSource(options.connections(), options.listenAt()));
        this.scheduler = new Scheduler(database);
        this.plans = new Plans(this, jdbi);
        this.secrets = new Secrets(this, jdbi);
    }

    <O> Task<O> schedule(TaskBuilder<O> asked) {
        Operations.Known operation = operations.find(asked, null);
        NewTask.Input input = secrets.seal(operation, input(asked, operation));
        NewTask task = newTask(asked, operation);
        return handle(asked, scheduler.schedule(task, input), task);
    }

    <O> List<Task<O>> scheduleAll(TaskBuilder<O> asked, List<?> inputs) {
        Operations.Known operation = operations.find(asked, null);
        NewTask task = newTask(asked, operation);
        return handles(asked, scheduler.scheduleAll(task, jsons(asked, operation, inputs)), task);
    }

    <O> Task<O> scheduleIn(Connection connection, TaskBuilder<O> asked) {
        Operations.Known operation = operations.find(asked, connection);
        NewTask.Input input = secrets.seal(operation, input(asked, operation));
        try {
            NewTask task = newTask(asked, operation);
            return handle(asked, scheduler.scheduleIn(connection, task, input), task);
        } catch (SQLException e) {
            throw database.translate("schedule `" + asked.operation + "`", e);
        }
    }

    <O> List<Task<O>> scheduleAllIn(Connection connection, TaskBuilder<O> asked, List<?> inputs) {
        Operations.Known operation = operations.find(asked, connection);
        List<@Nullable String> jsons = jsons(asked, operation, inputs);
        try {
            NewTask task = newTask(asked, operation);
            return handles(asked, scheduler.scheduleAllIn(connection, task, jsons), task);
        } catch (SQLException e) {
            throw database.translate("schedule `" + asked.operation + "`", e);
        }
    }

    private <O> Task<O> handle(TaskBuilder<O> asked, long id, NewTask task) {
        return new Task<>(this, new TaskKey(id, task.token()), asked.output);
    }

    private <O> List<Task<O>> handles(TaskBuilder<O> asked, long[] ids, NewTask task) {
        List<Task<O>> made = new ArrayList<>(ids.length);
        for (long id : ids) {
            made.add(handle(asked, id, task));
        }
        return List.copyOf(made);
    }

    private NewTask newTask(TaskBuilder<?> asked, Operations.Known operation) {
        return new NewTask(
                operation.found().id(),
                operation.found().domain(),
                asked.host,
                asked.priority == null ? operation.found().priority() : asked.priority,
                asked.at,
                asked.delay,
                metadata(asked),
                options.parent(),
                Enqueue.token());
    }

    static NewTask.Input input(TaskBuilder<?> asked, Operations.Known operation) {
        byte[] raw = asked.rawInput;
        if (raw == null) {
            return new NewTask.Input(json(asked.operation, operation, asked.input), null);
        }
        if (asked.input != null) {
            throw new IllegalArgumentException("a task has either an input or a raw input, not both");
        }
        Limits.demand(asked.operation, "the raw input", raw.length, Limits.INPUT, "bytes");
        return new NewTask.Input(null, raw);
    }

    private List<@Nullable String> jsons(TaskBuilder<?> asked, Operations.Known operation, List<?> inputs) {
        List<@Nullable String> jsons = new ArrayList<>(inputs.size());
        for (Object input : inputs) {
            jsons.add(secrets.seal(operation, json(asked.operation, operation, input)));
        }
        return jsons;
    }

    private static @Nullable String json(String name, Operations.Known operation, @Nullable Object input) {
        try {
            String given = input == null ? null : Codec.write(input);
            InputSchema schema = operation.inputs();
            Secrets.demandKnown(name, schema, input);
            String accepted = schema == null ? given : schema.accept(given);
            return demandSize(name, accepted);
        } catch (InvalidInput e) {
            throw e.operation() == null ? new InvalidInput(name, e.problems()) : e;
        }
    }

    /** Of an input as it is stored: what is secret in it is longer then. */
    static @Nullable String demandSize(String operation, @Nullable String json) {
        if (json != null && json.length() > Limits.INPUT / 3) {
            int bytes = json.getBytes(StandardCharsets.UTF_8).length;
            Limits.demand(operation, "the input", bytes, Limits.INPUT, "bytes");
        }
        return json;
    }

    static String metadata(TaskBuilder<?> asked) {
        if (asked.metadata.isEmpty()) {
            return "{}";
        }
        Limits.demandKeys(asked.operation, asked.metadata);
        String json = Codec.write(harmless(asked.metadata));
        int bytes = json.getBytes(StandardCharsets.UTF_8).length;
        Limits.demand(asked.operation, "the metadata", bytes, Limits.METADATA, "bytes");
        return json;
    }

    /** Postgres' jsonb holds neither NUL nor half a surrogate pair. */
    private static Object harmless(Object value) {
        if (value instanceof CharSequence text) {
            return PlainText.clean(text.toString());
        }
        if (value instanceof Map<?, ?> map) {
            Map<String, Object> clean = new LinkedHashMap<>();
            map.forEach((key, each) ->
                    clean.put(PlainText.clean(String.valueOf(key)), each == null ? null : harmless(each)));
            return clean;
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> clean = new ArrayList<>();
            list.forEach(each -> clean.add(each == null ? null : harmless(each)));
            return clean;
        }
        return value;
    }

    @Override
    public void close() {
        scheduler.close();
        waiters.close();
        options.onClose().run();
    }
}
