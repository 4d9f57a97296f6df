package dev.rework.monitor;

import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.Registrar;
import dev.rework.internal.ReworkHome;
import dev.rework.internal.db.TaskStore;
import dev.rework.internal.db.WorkerRow;
import dev.rework.internal.db.WorkerStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;

/** A monitor of domain {@code deeds} and one host that runs in this JVM with workers of its own, and a client. */
final class Stage implements AutoCloseable {

    static final String HOST = "stage";

    private final TestDatabase db;
    private final String host;
    private final ReworkHome home;
    private final List<String> said = new CopyOnWriteArrayList<>();
    private final Rework rework;
    private final Monitor monitor;
    private final Thread thread;

    private Stage(TestDatabase db, String url, String host, Path dir, UnaryOperator<MonitorOptions.Builder> options) {
        this.db = db;
        this.host = host;
        this.home = new ReworkHome(dir.resolve("home").toAbsolutePath());
        Registrar.register(
                db.dataSource(TestDatabase.Part.OPERATOR),
                Deeds.classes(),
                new Registrar.Options(host, "deeds", null, List.of(), home));
        rework = Rework.over(db.dataSource(TestDatabase.Part.OPERATOR));
        monitor = new Monitor(
                DatabaseAddress.parse(url), options.apply(options(dir, host)).build(), new MonitorListener() {
                    @Override
                    public void says(String message) {
                        said.add(message);
                    }

                    @Override
                    public void details(String message) {
                        said.add("  " + message);
                    }
                });
        thread = new Thread(monitor::run, "stage");
    }

    static MonitorOptions.Builder options(Path dir) {
        return options(dir, HOST);
    }

    static MonitorOptions.Builder options(Path dir, String host) {
        return MonitorOptions.of("deeds", host)
                .workers(1, 1)
                .jvmOptions(List.of("-Xmx64m"))
                .home(new ReworkHome(dir.resolve("home").toAbsolutePath()));
    }

    static Stage of(TestDatabase db, Path dir) {
        return of(db, dir, builder -> builder);
    }

    static Stage of(TestDatabase db, Path dir, UnaryOperator<MonitorOptions.Builder> options) {
        return begun(new Stage(db, db.url(TestDatabase.Part.MONITOR), HOST, dir, options));
    }

    /** On another host; it may share its folder with others. */
    static Stage on(String host, TestDatabase db, Path dir) {
        return begun(new Stage(db, db.url(TestDatabase.Part.MONITOR), host, dir, builder -> builder));
    }

    /** One whose monitor hears nothing from the database, and asks. */
    static Stage polling(TestDatabase db, Path dir) {
        String url = db.url(TestDatabase.Part.MONITOR)
                + (db.url(TestDatabase.Part.MONITOR).contains("?") ? "&" : "?") + "listen=off";
        return begun(new Stage(db, url, HOST, dir, builder -> builder));
    }

    private static Stage begun(Stage stage) {
        stage.thread.start();
        return stage;
    }

    Rework rework() {
        return rework;
    }

    Monitor monitor() {
        return monitor;
    }

    List<String> said() {
        return said;
    }

    Task<?> schedule(String operation) {
        return rework.task(operation).domain("deeds").schedule();
    }

    Task<?> schedule(String operation, Object input) {
        return rework.task(operation).domain("deeds").input(input).schedule();
    }

    /** For its own host alone. */
    Task<?> scheduleHere(String operation, Object input) {
        return rework.task(operation).domain("deeds").host(host).input(input).schedule();
    }

    /** Waits for its end. */
    Task<?> ended(Task<?> task) {
        try {
            return task.join(Eventually.PATIENCE);
        } catch (RuntimeException e) {
            throw new AssertionError(
                    "task " + task.id() + " is " + task.state() + "; the monitor said:\n" + String.join("\n", said), e);
        }
    }

    /** Waits for the file a deed makes when it runs. */
    static String runs(Path file) {
        Path runs = Path.of(file + ".runs");
        return Eventually.value("runs", Eventually.PATIENCE, () -> read(runs), text -> !text.isEmpty());
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return "";
        }
    }

    List<String> lines(Task<?> task) {
        return task.logs().stream()
                .map(line -> line.stream() + " " + line.line())
                .toList();
    }

    List<WorkerRow> workers() {
        return new WorkerStore(TaskStore.jdbi(db.dataSource(TestDatabase.Part.OPERATOR)))
                .list(new WorkerRow.Filter("deeds", host, null, 50, 0));
    }

    /** The worker that is alive and has reported in. */
    WorkerRow worker() {
        return Eventually.value(
                        "a worker",
                        Eventually.PATIENCE,
                        () -> workers().stream()
                                .filter(row -> row.state().equals("idle")
                                        || row.state().equals("busy"))
                                .toList(),
                        rows -> !rows.isEmpty())
                .get(0);
    }

    WorkerRow worker(long id) {
        return workers().stream().filter(row -> row.id() == id).findFirst().orElseThrow();
    }

    WorkerRow dead(long id) {
        return Eventually.value(
                "its death",
                Eventually.PATIENCE,
                () -> worker(id),
                row -> row.state().equals("dead"));
    }

    static boolean isState(Task<?> task, TaskState state) {
        return task.state() == state;
    }

    /** As a second signal would. */
    @Override
    public void close() throws InterruptedException {
        monitor.stop();
        monitor.stop();
        thread.join(Eventually.PATIENCE.toMillis());
        if (thread.isAlive()) {
            throw new AssertionError("the monitor does not end; it said:\n" + String.join("\n", said));
        }
        rework.close();
    }

    /** As a first signal would; waits for the end. */
    void stop() throws InterruptedException {
        monitor.stop();
        thread.join(Eventually.PATIENCE.toMillis());
    }
}
