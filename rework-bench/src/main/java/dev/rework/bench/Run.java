package dev.rework.bench;

import dev.rework.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One run: its server, its scratch folder, its template database and its samples. Close it: it drops, stops and deletes
 * all it made. For one thread.
 */
final class Run implements AutoCloseable {
    private final Options options;
    private final Samples samples = new Samples();
    private final Path folder;
    private final boolean ownServer;
    private final Server server;
    private final String prefix = "rework_bench_" + ProcessHandle.current().pid();
    private final long serverPid;
    private final List<String> kept = new ArrayList<>();
    private final Thread broken = new Thread(this::breakOff, "rework-bench-end");
    private int round;
    private int houses;

    Run(Options options) throws IOException, SQLException {
        this.options = options;
        Runtime.getRuntime().addShutdownHook(broken);
        this.folder = Files.createTempDirectory("rework-bench");
        this.ownServer = options.database().isEmpty();
        this.server = new Server(options.database().orElseGet(this::throwAwayServer));
        this.serverPid = server.pid();
    }

    private String throwAwayServer() {
        return EmbeddedPostgres.at(folder.resolve("postgres")).start().url();
    }

    Options options() {
        return options;
    }

    Options.Scale scale() {
        return options.scale();
    }

    Samples samples() {
        return samples;
    }

    Server server() {
        return server;
    }

    long serverPid() {
        return serverPid;
    }

    int round() {
        return round;
    }

    void begin(int newRound) {
        round = newRound;
    }

    Path log(String name) {
        return folder.resolve(name + ".log");
    }

    Map<String, String> environment(String address) {
        return MonitorProcess.environment(address, folder.resolve("home"));
    }

    /** Makes the template: our schema, the bench's operations registered for host {@code bench}. */
    void prepare() throws IOException, SQLException, InterruptedException {
        server.drop(template());
        server.create(template());
        rework("init-db");
        rework("register-operations", operations().toString(), "--host", House.HOST);
    }

    private void rework(String... arguments) throws IOException, InterruptedException {
        List<String> command = Processes.with(options.command(), arguments);
        Processes.run(Processes.builder(command, environment(server.address(template()))), log("rework"), 120);
    }

    private static Path operations() {
        try {
            return Path.of(BenchOperations.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    String template() {
        return prefix + "_template";
    }

    /** A fresh house. */
    House house() throws SQLException {
        return House.copy(server, template(), database());
    }

    /** A copy of a large one. */
    House house(String template) throws SQLException {
        return House.copyFiles(server, template, database());
    }

    /** A name nobody has used in this run. */
    String database() {
        houses++;
        return prefix + "_" + houses;
    }

    /** Drops this database too when the run is closed. */
    void keepUntilEnd(String database) {
        kept.add(database);
    }

    /** Something that yields numbers; the load of others is watched meanwhile. */
    interface Measurement {
        void take(Taken taken) throws Exception;
    }

    /** Where a measurement leaves its numbers. */
    interface Taken {
        void number(String name, String unit, double value);
    }

    /** Runs one measurement; one that fails is reported and leaves no numbers, and the run goes on. */
    void measure(String title, Measurement measurement) {
        ForeignLoad load = ForeignLoad.begin(serverPid);
        Map<String, Map.Entry<String, Double>> numbers = new LinkedHashMap<>();
        try {
            measurement.take((name, unit, value) -> numbers.put(name, Map.entry(unit, value)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        } catch (Exception e) {
            System.err.println("  " + title + ": " + e);
            return;
        }
        double foreign = load.cores();
        numbers.forEach((name, number) ->
                samples.add(name, number.getKey(), new Samples.Sample(round, number.getValue(), foreign)));
    }

    /** Ctrl-C: what was started is ended, what was made is removed, as on close. */
    private void breakOff() {
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        try {
            if (ownServer) {
                EmbeddedPostgres.at(folder.resolve("postgres")).stop();
            } else {
                Server.dropAll(options.database().orElseThrow(), prefix);
            }
            deleteFolder();
        } catch (IOException | SQLException | RuntimeException e) {
            System.err.println("bench: not all is removed: " + e.getMessage());
        }
    }

    @Override
    public void close() throws IOException, SQLException {
        removeAll();
        try {
            Runtime.getRuntime().removeShutdownHook(broken);
        } catch (IllegalStateException ending) {
            // The hook runs already: it finds nothing left.
            return;
        }
    }

    private void removeAll() throws IOException, SQLException {
        kept.add(template());
        for (String database : kept) {
            server.drop(database);
        }
        server.close();
        if (ownServer) {
            EmbeddedPostgres.at(folder.resolve("postgres")).stop();
        }
        deleteFolder();
    }

    private void deleteFolder() throws IOException {
        if (System.getenv("REWORK_BENCH_KEEP") == null) {
            try (Stream<Path> files = Files.walk(folder)) {
                files.sorted(Comparator.reverseOrder())
                        .forEach(path -> path.toFile().delete());
            }
        }
    }
}
