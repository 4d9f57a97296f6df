package dev.rework.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A real {@code rework monitor} on a house, as a user starts it; ended with TERM on close. For one thread. */
final class MonitorProcess implements AutoCloseable {
    private static final long START_SECONDS = 60;

    private final House house;
    private final Process process;
    private final Path log;

    private MonitorProcess(House house, Process process, Path log) {
        this.house = house;
        this.process = process;
        this.log = log;
    }

    /** Starts it and waits for nothing. */
    static MonitorProcess start(Run run, House house, String address, String... options) throws IOException {
        List<String> command = new ArrayList<>(run.options().command());
        command.addAll(List.of("monitor", "--domain", House.DOMAIN, "--host", House.HOST));
        command.addAll(List.of(options));
        Path log = run.log("monitor");
        Process process = Processes.builder(command, run.environment(address))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .redirectInput(Path.of("/dev/null").toFile())
                .start();
        return new MonitorProcess(house, process, log);
    }

    /** One with so many workers, all idle on return. */
    static MonitorProcess withIdle(Run run, House house, int workers) throws IOException, SQLException {
        String count = Integer.toString(workers);
        MonitorProcess monitor =
                start(run, house, house.server.address(house.name), "--minworkers", count, "--maxworkers", count);
        try {
            monitor.awaitIdle(workers);
            return monitor;
        } catch (SQLException e) {
            monitor.close();
            throw e;
        }
    }

    void awaitIdle(int workers) throws SQLException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(START_SECONDS);
        while (house.number("select count(*) from rework.worker where state = 'idle'") < workers) {
            check();
            if (System.nanoTime() > deadline) {
                throw new SQLException("no " + workers + " idle workers within " + START_SECONDS + " s; see " + log);
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    /** Throws when it has ended. */
    void check() throws SQLException {
        if (!process.isAlive()) {
            throw new SQLException("the monitor ended with " + process.exitValue() + "; see " + log);
        }
    }

    /** The monitor's own process, whatever launcher stands in front of it. */
    long pid() throws SQLException {
        return (long) house.number("select pid from rework.monitor where ended is null");
    }

    List<Long> workers() throws SQLException {
        List<Long> pids = new ArrayList<>();
        try (Statement statement = house.connection.createStatement();
                ResultSet rows = statement.executeQuery("select pid from rework.worker where finished is null")) {
            while (rows.next()) {
                pids.add(rows.getLong(1));
            }
        }
        return pids;
    }

    /** Holds the monitor still: nobody wakes its idle workers until {@link #resume}. */
    void pause() throws IOException, SQLException {
        signal("STOP");
    }

    void resume() throws IOException, SQLException {
        signal("CONT");
    }

    private void signal(String name) throws IOException, SQLException {
        new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid())
                .inheritIO()
                .start()
                .onExit()
                .join();
    }

    /** Nothing of it is left on return. */
    @Override
    public void close() {
        List<ProcessHandle> children = process.descendants().toList();
        process.toHandle().destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.toHandle().destroyForcibly();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (ProcessHandle child : children) {
            child.destroyForcibly();
        }
    }

    static Map<String, String> environment(String address, Path home) {
        return Map.of("REWORK_DB", address, "REWORK_HOME", home.toString(), "REWORK_HOST", House.HOST);
    }
}
