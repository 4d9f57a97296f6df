package dev.rework;

import dev.rework.internal.ClientOptions;
import dev.rework.internal.ClientPool;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.EmbeddedAddress;
import dev.rework.internal.HostName;
import dev.rework.internal.JoinListener;
import dev.rework.internal.Registrar;
import dev.rework.internal.ReworkHome;
import dev.rework.internal.SecretKeys;
import dev.rework.internal.db.TaskKey;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A client of a rework database: schedules tasks, waits for them, reads and aborts them. Threads may share it; it holds
 * connections and, while tasks are joined, one thread: close it. Every verb blocks for its statement and has a
 * transaction of its own, except under {@link #in}.
 */
public final class Rework implements AutoCloseable {
    private final Client client;

    private Rework(ClientOptions options) {
        this.client = new Client(options);
    }

    /**
     * A client of the configured database: {@code REWORK_DB}, {@code rework.cfg}, {@code DATABASE_URL}, {@code PG*}
     * variables, else the embedded Postgres.
     */
    public static Rework connect() {
        return connect(DatabaseAddress.resolve(null).orElseGet(EmbeddedAddress::start));
    }

    /** A client of the database of this address, or of this name in {@code rework.cfg}. */
    public static Rework connect(String address) {
        return connect(DatabaseAddress.resolve(address).orElseGet(EmbeddedAddress::start));
    }

    private static Rework connect(DatabaseAddress address) {
        return new Rework(ClientPool.options(address));
    }

    /** A client on the caller's connections; closing the client leaves {@code dataSource} open. */
    public static Rework over(DataSource dataSource) {
        boolean listens = !"off".equalsIgnoreCase(System.getenv("REWORK_LISTEN")) && ClientPool.canSpareOne(dataSource);
        return new Rework(new ClientOptions(
                dataSource,
                listens ? dataSource : null,
                "the given data source",
                null,
                JoinListener.NONE,
                SecretKeys.current(),
                () -> {}));
    }

    /** For rework's own processes. */
    public static Rework open(ClientOptions options) {
        return new Rework(options);
    }

    /** Schedules an operation without input. */
    public Task<Object> schedule(String operation) {
        return task(operation).schedule();
    }

    /** Schedules an operation. */
    public Task<Object> schedule(String operation, @Nullable Object input) {
        return task(operation).input(input).schedule();
    }

    /** Schedules an operation whose output is read as {@code output}. */
    public <O> Task<O> schedule(String operation, @Nullable Object input, Class<O> output) {
        return task(operation).input(input).output(output).schedule();
    }

    /** Schedules an operation by its reference. */
    public <I, O> Task<O> schedule(OperationRef<I, O> operation, I input) {
        return task(operation).input(input).schedule();
    }

    /** Begins to describe a task. */
    public TaskBuilder<Object> task(String operation) {
        return new TaskBuilder<>(operation, client::schedule);
    }

    /** Begins to describe a task by its operation's reference. */
    public <O> TaskBuilder<O> task(OperationRef<?, O> operation) {
        return TaskBuilder.of(operation, client::schedule);
    }

    /** One task per input, with ids in their order, in one transaction. */
    public List<Task<Object>> scheduleAll(String operation, List<?> inputs) {
        return client.scheduleAll(task(operation), inputs);
    }

    /** One task per input, with ids in their order, in one transaction. */
    public <I, O> List<Task<O>> scheduleAll(OperationRef<I, O> operation, List<? extends I> inputs) {
        return client.scheduleAll(task(operation), inputs);
    }

    /** Schedules in the caller's own transaction. */
    public ReworkTx in(Connection connection) {
        return new ReworkTx(client, connection);
    }

    /** The task of this id, when there is one. */
    public Optional<Task<Object>> find(long id) {
        Task<Object> task = new Task<>(client, TaskKey.of(id), Object.class);
        return task.exists() ? Optional.of(task) : Optional.empty();
    }

    /** Tasks as they are now, by one read. */
    public List<TaskSnapshot> tasks(TaskFilter filter) {
        return client.database.read("list tasks", () -> client.tasks.list(filter));
    }

    /** Begins to describe a plan: the operation runs by this cron rule, whichever monitors are there. */
    public PlanBuilder prepare(String operation, String rule) {
        return new PlanBuilder(task(operation), rule, client.plans::save);
    }

    /** Deletes a plan; the tasks it made stay. False when there is none of this id. */
    public boolean unprepare(long plan) {
        return client.plans.delete(plan);
    }

    /** All plans, the newest last. */
    public List<Plan> plans() {
        return client.plans.list();
    }

    /** The plan of this id, when there is one. */
    public Optional<Plan> plan(long id) {
        return client.plans.find(id);
    }

    /** A paused plan makes no tasks by itself. False when there is none of this id. */
    public boolean pausePlan(long plan) {
        return client.plans.pause(plan);
    }

    /** The plan goes on with its next instant: those of the pause are gone. False when there is none of this id. */
    public boolean resumePlan(long plan) {
        return client.plans.resume(plan);
    }

    /** Makes a task of a plan at once, also of a paused one, and leaves its position; empty when there is none. */
    public Optional<Task<Object>> runPlan(long plan) {
        return client.plans.run(plan);
    }

    /**
     * Registers the operations of a jar, a directory of classes or one {@code .java} file for this host.
     *
     * @throws InvalidOperation also when there is no such file, or it cannot be read; nothing is registered then
     */
    public Registered register(Path path) {
        try {
            return client.database.read(
                    "register operations",
                    () -> Registrar.register(
                            client.options.connections(),
                            path,
                            new Registrar.Options(HostName.current(), null, null, List.of(), ReworkHome.current())));
        } catch (UncheckedIOException e) {
            throw new InvalidOperation(List.of(String.valueOf(e.getMessage())), e);
        }
    }

    /**
     * Seals every {@link Secret} of tasks and plans that an older key sealed with the newest one, in small transactions; how
     * many inputs it changed. Then the older keys can be forgotten. Leaves an audit row.
     */
    public long rotateSecrets() {
        return client.secrets.rotate();
    }

    /** Creates or upgrades the schema {@code rework}. */
    public void initDb() {
        client.database.install();
    }

    @Override
    public void close() {
        client.close();
    }
}
