package dev.rework.testing.faults;

import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.WorkerLaunch;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;

/**
 * A queue as many write it first: what runs for longer than a second is queued again, whatever became of its worker. It keeps
 * so many {@link NaiveWorker}s alive.
 */
final class NaiveMonitor {

    private static final String QUEUE_AGAIN = """
            update rework.task
               set state = 'queued', worker = null, started = null
             where state = 'running' and started < clock_timestamp() - interval '1 second'
            """;

    private static final String BORN = """
            insert into rework.worker (host, domain, tag, pid, lease)
            values (?, 'storm', gen_random_uuid(), ?, clock_timestamp())
            """;

    private static final String DEAD = """
            update rework.worker
               set state = 'dead', finished = clock_timestamp(), deathinfo = 'gone'
             where pid = ? and finished is null
            """;

    private final String url;
    private final String host;
    private final Map<Long, Process> workers = new HashMap<>();

    private NaiveMonitor(String url, String host) {
        this.url = url;
        this.host = host;
    }

    public static void main(String[] args) throws Exception {
        NaiveMonitor monitor = new NaiveMonitor(WorkerLaunch.line(System.in), args[1]);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(() -> monitor.workers.values().forEach(Process::destroyForcibly)));
        while (true) {
            try (Connection connection = DatabaseAddress.parse(monitor.url + "?ApplicationName=naive")
                    .dataSource("naive")
                    .getConnection()) {
                monitor.step(connection, Integer.parseInt(args[2]));
            }
            LockSupport.parkNanos(100_000_000);
        }
    }

    private void step(Connection connection, int wanted) throws SQLException, IOException {
        for (Process worker : workers.values()) {
            if (!worker.isAlive()) {
                execute(connection, DEAD, worker.pid());
            }
        }
        workers.values().removeIf(worker -> !worker.isAlive());
        execute(connection, QUEUE_AGAIN);
        while (workers.size() < wanted) {
            Process worker = spawn();
            workers.put(worker.pid(), worker);
            execute(connection, BORN, host, worker.pid());
        }
    }

    private Process spawn() throws IOException {
        Process worker = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx64m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        NaiveWorker.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.INHERIT)
                .start();
        try (OutputStream in = worker.getOutputStream()) {
            in.write((url + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return worker;
    }

    private static void execute(Connection connection, String sql, Object... binds) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < binds.length; i++) {
                statement.setObject(i + 1, binds[i]);
            }
            statement.executeUpdate();
        }
    }
}
