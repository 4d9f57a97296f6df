package dev.rework.worker;

import dev.rework.embedded.TestDatabase;
import dev.rework.internal.RegistrationIndex;
import dev.rework.internal.WorkerLaunch;
import dev.rework.internal.db.TaskQueue;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;

/** A domain of test operations in a database, and an index that names their methods. */
final class House {
    static final String HOST = "h1";

    private final TestDatabase db;
    private final String domain;
    private final Path folder;
    private final List<RegistrationIndex.Entry> entries = new ArrayList<>();
    private final Map<String, Long> operations = new HashMap<>();
    private int workers;
    private int contents;

    House(TestDatabase db, String domain) throws IOException {
        this.db = db;
        this.domain = domain;
        this.folder = Files.createTempDirectory("house");
        writeIndex();
    }

    /** Registers a method of {@link Operations}. */
    House operation(String name, Class<?>... parameters) {
        return operation(name, "", parameters);
    }

    /** The same with more columns set: {@code retries = 2, on_crash = 'RETRY'}. */
    House operation(String name, String columns, Class<?>... parameters) {
        long id = db.number("insert into rework.operation (domain, name) values (?, ?) returning id", domain, name);
        if (!columns.isEmpty()) {
            db.update("update rework.operation set " + columns + " where id = ?", id);
        }
        db.update(
                "insert into rework.registration (operation, host, class_name, method_name, path, sha256)"
                        + " values (?, ?, ?, ?, '', '')",
                id,
                HOST,
                Operations.class.getName(),
                name);
        entries.add(new RegistrationIndex.Entry(
                name,
                Operations.class.getName(),
                name,
                Arrays.stream(parameters).map(Class::getName).toList(),
                null,
                null,
                "test"));
        operations.put(name, id);
        writeIndex();
        return this;
    }

    /** The index names a class that is not there. */
    void misplace(String name) {
        entries.replaceAll(entry -> entry.name().equals(name)
                ? new RegistrationIndex.Entry(name, "no.such.Thing", name, List.of(), null, null, "test")
                : entry);
        writeIndex();
    }

    /** The registered file has new contents. */
    void recompile() {
        contents++;
        writeIndex();
    }

    private void writeIndex() {
        RegistrationIndex.Source source =
                new RegistrationIndex.Source("test", "" + contents, false, Path.of("test"), List.of(), List.of());
        new RegistrationIndex(List.of(new RegistrationIndex.Section(source, entries))).write(index());
    }

    Path index() {
        return folder.resolve("index");
    }

    long operationId(String name) {
        return operations.get(name);
    }

    /** A queued task with JSON input, or without. */
    long task(String operation, String input) {
        return db.number(
                "insert into rework.task (operation, state, input) values (?, 'queued', ?::json) returning id",
                operationId(operation),
                input);
    }

    /** Many queued tasks. */
    void tasks(String operation, String input, int n) {
        db.update(
                "insert into rework.task (operation, state, input) select ?, 'queued', ?::json"
                        + " from generate_series(1, ?) g",
                operationId(operation),
                input,
                n);
    }

    /** Many queued tasks whose inputs are their numbers. */
    void tasks(String operation, int n) {
        db.update(
                "insert into rework.task (operation, state, input) select ?, 'queued', to_json(g)"
                        + " from generate_series(1, ?) g order by g",
                operationId(operation),
                n);
    }

    /** A worker's row. */
    long worker() {
        return db.number(
                "insert into rework.worker (host, domain, tag, lease) values (?, ?, gen_random_uuid(),"
                        + " clock_timestamp() + interval '1 hour') returning id",
                HOST,
                domain);
    }

    WorkerLaunch launch(long worker, long maxRuns, int maxMemoryMb) {
        Map<String, String> database = new HashMap<>();
        database.put("user", db.user(TestDatabase.Part.WORKER));
        database.put("password", db.password(TestDatabase.Part.WORKER));
        database.put("options", "-c rework.worker=" + itself(worker));
        database.put("socketTimeout", "10");
        database.put("connectTimeout", "5");
        String hand = folder.resolve("hand" + ++workers).toString();
        return new WorkerLaunch(
                db.jdbcUrl(),
                database,
                worker,
                "abcdefgh",
                HOST,
                domain,
                index().toString(),
                hand,
                "file:/nonexistent",
                maxRuns,
                false,
                maxMemoryMb);
    }

    /** A worker process of this domain. */
    ChildWorker start() {
        return ChildWorker.start(launch(worker(), 0, 0), List.of());
    }

    String domain() {
        return domain;
    }

    TestDatabase db() {
        return db;
    }

    /** A connection set up as a worker's is. */
    Connection workerConnection() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", db.user(TestDatabase.Part.WORKER));
        properties.setProperty("password", db.password(TestDatabase.Part.WORKER));
        properties.setProperty("prepareThreshold", "1");
        properties.setProperty("options", Session.SETTINGS);
        return DriverManager.getConnection(db.jdbcUrl(), properties);
    }

    TaskQueue queue(Connection connection, long worker) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("set rework.worker = '" + itself(worker) + "'");
        }
        return new TaskQueue(connection, worker);
    }

    /** By what a worker's session is known. */
    private String itself(long worker) {
        return worker + ":" + db.one(String.class, "select tag::text from rework.worker where id = ?", worker);
    }

    /** One row as text fields by column name. */
    Map<String, String> row(long task) {
        try (Connection connection = db.connection();
                PreparedStatement statement = connection.prepareStatement("select * from rework.task where id = ?")) {
            statement.setLong(1, task);
            Map<String, String> row = new HashMap<>();
            try (ResultSet rows = statement.executeQuery()) {
                if (rows.next()) {
                    for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                        row.put(rows.getMetaData().getColumnLabel(i), rows.getString(i));
                    }
                }
            }
            return row;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    String state(long task) {
        return row(task).get("state");
    }
}
