package dev.rework.testing.faults;

import dev.rework.internal.DatabaseAddress;
import dev.rework.testing.Eventually;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A server with the schema, the roles and the operations of an old version, and whoever works on it under least rights. */
final class UpgradeHouse implements AutoCloseable {

    private static final String HOST = "house";
    private static final int WORKERS = 3;

    // What a migration that gives way, a killed session and an aborted task leave in the server's log.
    private static final Pattern EXPECTED = Pattern.compile(
            "due to lock timeout|due to user request|terminating connection|starting up|to client lost");

    private final Path folder;
    private final OldVersion old;
    private final OwnServer server;
    private final String least;
    private final MonitorProcess.Seat seat;
    private final List<ProcessHandle> begun = new ArrayList<>();

    UpgradeHouse(OldVersion old, Path folder) throws Exception {
        this.old = old;
        this.folder = folder;
        server = OwnServer.bare(folder.resolve("server"));
        least = server.url.replaceFirst("//[^@]*@", "//upgrade:least@");
        seat = Beside.seat(server.url, HOST, WORKERS, folder);
        Said furnished = oldHouse("furnish", server.url);
        if (furnished.code() != 0) {
            server.close();
            throw new IllegalStateException(old + ": " + furnished);
        }
        execute("create role upgrade login password 'least' in role rework_operator, rework_monitor");
    }

    /** How a process of the old version ended, and what it said. */
    record Said(int code, String text) {}

    Said oldHouse(String what) throws IOException, InterruptedException {
        return oldHouse(what, least);
    }

    private Said oldHouse(String what, String address) throws IOException, InterruptedException {
        Path said = folder.resolve(what + ".log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        old.classpath(),
                        OldHouse.class.getName(),
                        what,
                        seat.home().path().toString(),
                        HOST,
                        old.operations().toString(),
                        witness().toString())
                .redirectError(folder.resolve(what + ".err").toFile())
                .redirectOutput(said.toFile())
                .start();
        try (OutputStream in = process.getOutputStream()) {
            in.write((address + "\n").getBytes(StandardCharsets.UTF_8));
        }
        if (!process.waitFor(120, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        return new Said(process.waitFor(), Files.readString(said));
    }

    MonitorProcess oldMonitor() throws IOException {
        return started(new MonitorProcess.Way(List.of(), Map.of(), old.classpath()));
    }

    MonitorProcess newMonitor() throws IOException {
        return started(new MonitorProcess.Way(List.of(), Map.of(), OldVersion.now()));
    }

    private MonitorProcess started(MonitorProcess.Way way) throws IOException {
        MonitorProcess monitor =
                MonitorProcess.start(new MonitorProcess.Seat(least, seat.home(), HOST, WORKERS, seat.log()), way);
        begun.add(monitor.handle());
        return monitor;
    }

    /** Kills a monitor; its workers have to see it themselves. */
    void kill(MonitorProcess monitor) {
        begun.addAll(monitor.handle().descendants().toList());
        monitor.handle().destroyForcibly();
        monitor.handle().onExit().orTimeout(60, TimeUnit.SECONDS).join();
    }

    /** As a service manager does. Answers how many of its workers' rows are open when it is gone. */
    long stop(MonitorProcess monitor) throws SQLException {
        begun.addAll(monitor.handle().descendants().toList());
        monitor.handle().destroy();
        monitor.handle().onExit().orTimeout(90, TimeUnit.SECONDS).join();
        return number("select count(*) from rework.worker where finished is null");
    }

    UpgradeLoad load() throws SQLException {
        return new UpgradeLoad(DatabaseAddress.parse(least).dataSource("load").getConnection(), witness());
    }

    Path witness() {
        return folder.resolve("witness").toAbsolutePath();
    }

    /** What the monitors of this house said. */
    String said() throws IOException {
        return Files.readString(seat.log());
    }

    String url() {
        return server.url;
    }

    /** Waits until tasks of all kinds after one have ended, and some that a plan made. */
    void awaitAllKinds(String what, long after, long worker, UpgradeLoad load) {
        Set<String> wanted = new HashSet<>(Set.of("printing", "failing", "endless", "plan"));
        if (load.waits()) {
            wanted.add("waiting");
        }
        long least = load.scheduled() + 50;
        Eventually.value(
                what,
                Eventually.PATIENCE.multipliedBy(3),
                () -> {
                    if (!wrong().isEmpty()) {
                        throw new AssertionError(what + ": " + wrong());
                    }
                    return kinds(after, worker);
                },
                ended -> load.scheduled() >= least && ended.containsAll(wanted));
    }

    private Set<String> kinds(long after, long worker) throws SQLException {
        String names = one("select string_agg(distinct case when t.plan is null then o.name else 'plan' end, ' ')"
                + " from rework.task t join rework.operation o on o.id = t.operation"
                + " where t.finished is not null and t.id > " + after + " and t.worker > " + worker);
        return Set.of(names.split(" "));
    }

    /** How tasks ended that should have ended otherwise, and why; empty: none. */
    String wrong() throws SQLException {
        return one("select coalesce(string_agg(distinct o.name || ' ' || t.state || ' ' || coalesce(t.cause, '') || ' '"
                + " || left(coalesce(t.error, ''), 300), ', '), '')"
                + " from rework.task t join rework.operation o on o.id = t.operation"
                + " where t.finished is not null"
                + "   and not (o.name in ('printing', 'waiting') and t.state = 'done')"
                + "   and not (o.name = 'failing' and t.state = 'failed' and t.cause in ('error', 'crash')"
                + "            and (t.cause = 'crash' or t.error ~ 'fails as it should'))"
                + "   and not (o.name = 'endless' and t.state = 'aborted')");
    }

    /** So many different lines of a task are stored. */
    long lines(long task) throws SQLException {
        return number("select count(distinct line) from rework.log where task = " + task);
    }

    /** Of the tasks that printed after one, those without all they printed. */
    long withoutLines(long after, long last) throws SQLException {
        return number("select count(*) from rework.task t join rework.operation o on o.id = t.operation"
                + " where o.name = 'printing' and t.state = 'done' and t.id > " + after + " and t.id <= " + last
                + " and 2 <> (select count(distinct l.line) from rework.log l where l.task = t.id)");
    }

    long lastTask() throws SQLException {
        return number("select max(id) from rework.task");
    }

    long lastWorker() throws SQLException {
        return number("select max(id) from rework.worker");
    }

    long version() throws SQLException {
        return number("select max(version) from rework.schema_version");
    }

    /** Everything that a refused program must leave as it is. */
    String everything() throws SQLException {
        return one("select concat_ws(' ',"
                + " (select md5(string_agg(x::text, ' ' order by x.id)) from rework.task x),"
                + " (select md5(string_agg(x::text, ' ' order by x.id)) from rework.monitor x),"
                + " (select md5(string_agg(x::text, ' ' order by x.id)) from rework.worker x),"
                + " (select md5(string_agg(x::text, ' ' order by x.id)) from rework.plan x),"
                + " (select md5(string_agg(x::text, ' ' order by x.id)) from rework.audit x),"
                + " (select md5(string_agg(x::text, ' ' order by x.version)) from rework.schema_version x),"
                + " (select count(*) from pg_class c where c.relnamespace = 'rework'::regnamespace))");
    }

    /** Statements that the server refused, and why, other than what is expected here. */
    String errors() throws IOException {
        Predicate<String> expected = EXPECTED.asPredicate();
        List<String> lines = server.log().lines().toList();
        StringBuilder errors = new StringBuilder();
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            if ((line.contains("ERROR:") || line.contains("FATAL:")) && !expected.test(line)) {
                errors.append(lines.subList(i, Math.min(i + 12, lines.size())).stream()
                        .collect(Collectors.joining("\n", "", "\n\n")));
            }
        }
        return errors.toString();
    }

    Connection connect() throws SQLException {
        return server.connect();
    }

    void execute(String sql) throws SQLException {
        server.execute(sql);
    }

    String one(String sql) throws SQLException {
        return server.one(sql);
    }

    long number(String sql) throws SQLException {
        return server.number(sql);
    }

    @Override
    public void close() {
        for (ProcessHandle process : List.copyOf(begun)) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        server.close();
    }
}
