package dev.rework.testing.faults;

import dev.rework.Rework;
import dev.rework.embedded.EmbeddedPostgres;
import dev.rework.internal.ReworkHome;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;

/**
 * Tasks under faults: workers killed and stopped, sessions cut, monitors killed, the server restarted, in an order that a
 * seed decides. Real processes throughout; a {@link Witness} that no database can persuade says what ran. Two monitors on two
 * host names share the work. Runs in the calling thread, for minutes.
 */
public final class Storm implements AutoCloseable {

    private static final List<String> HOSTS = List.of("north", "south");
    private static final Duration CALM = Duration.ofMinutes(3);

    private final Settings settings;
    private final Crew crew;
    private final SplittableRandom random;
    private final EmbeddedPostgres server;
    private final String url;
    private final ReworkHome home;
    private final Map<String, MonitorProcess> monitors = new HashMap<>();
    private final Map<String, Integer> faults = new TreeMap<>();
    private final List<ProcessHandle> stopped = new ArrayList<>();

    /**
     * How it blows.
     *
     * @param seed decides the order of faults
     * @param tasks how many tasks; every fifth is of the operation that must run at most once
     * @param workers how many workers each of the two monitors has
     * @param folder where the server, the witness and the logs are
     * @param monitorsToo whether monitors are killed
     * @param serverToo whether the server is restarted
     */
    public record Settings(long seed, int tasks, int workers, Path folder, boolean monitorsToo, boolean serverToo) {}

    /** Who starts the monitor of a host. */
    @FunctionalInterface
    interface Crew {
        MonitorProcess start(MonitorProcess.Seat seat) throws IOException;
    }

    private Storm(Settings settings, Crew crew) {
        this.settings = settings;
        this.crew = crew;
        this.random = new SplittableRandom(settings.seed());
        this.server = EmbeddedPostgres.at(settings.folder().resolve("server"));
        this.url = server.start().url();
        this.home = new ReworkHome(settings.folder().resolve("home"));
    }

    /** A storm on a server of its own. */
    public static Storm of(Settings settings) {
        return of(settings, seat -> MonitorProcess.start(seat, MonitorProcess.Way.PLAIN));
    }

    /** The same over other monitors and workers than rework's. */
    static Storm of(Settings settings, Crew crew) {
        return new Storm(settings, crew);
    }

    /**
     * Schedules, blows until everything has ended or the faults have lasted long enough, then waits for calm.
     *
     * @param operations the jar or folder of classes with {@link StormOperations}
     */
    public StormReport run(Path operations) throws IOException, SQLException {
        List<Long> ids;
        Path witnessed = settings.folder().resolve("witness");
        try (Rework rework = Rework.connect(url)) {
            rework.initDb();
            StormSetup.register(operations, home, HOSTS, url);
            ids = StormSetup.schedule(rework, settings.tasks(), witnessed);
        }
        for (String host : HOSTS) {
            startMonitor(host);
        }
        long began = System.nanoTime();
        while (unfinished() > 0
                && System.nanoTime() - began < Duration.ofMinutes(30).toNanos()) {
            LockSupport.parkNanos(random.nextLong(300_000_000L, 1_200_000_000L));
            fault();
        }
        return calm(ids, Witness.in(witnessed));
    }

    private void fault() throws IOException {
        int draw = random.nextInt(100);
        if (draw < 50) {
            pick(workers()).ifPresent(worker -> count("worker killed", worker.destroyForcibly()));
        } else if (draw < 70) {
            pick(workers()).ifPresent(this::stopForAWhile);
        } else if (draw < 85) {
            count("session cut", cutSession());
        } else if (draw < 95 && settings.monitorsToo()) {
            String host = HOSTS.get(random.nextInt(HOSTS.size()));
            MonitorProcess monitor = monitors.get(host);
            count("monitor killed", monitor != null && monitor.handle().destroyForcibly());
            startMonitor(host);
        } else if (draw >= 95 && settings.serverToo()) {
            server.stop();
            server.start();
            count("server restarted", true);
        }
        continueStopped(false);
    }

    private StormReport calm(List<Long> ids, Witness witness) throws IOException, SQLException {
        continueStopped(true);
        long began = System.nanoTime();
        while (unfinished() > 0 && System.nanoTime() - began < CALM.toNanos()) {
            LockSupport.parkNanos(100_000_000);
        }
        long millis = (System.nanoTime() - began) / 1_000_000;
        try (Connection connection = DriverManager.getConnection(StormSetup.jdbc(url))) {
            return StormSetup.report(
                    connection, settings.seed(), ids, witness.notes(), new StormSetup.Tally(faults, millis));
        }
    }

    private int unfinished() {
        try (Connection connection = DriverManager.getConnection(StormSetup.jdbc(url));
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select count(*) from rework.task where state not in ('done', 'failed', 'aborted')")) {
            row.next();
            return row.getInt(1);
        } catch (SQLException down) {
            return Integer.MAX_VALUE; // a fault of ours is at work: look again later
        }
    }

    private boolean cutSession() {
        String cut = """
                select pg_terminate_backend(a.pid)
                  from pg_stat_activity a
                 where a.application_name like 'rework:%' and a.pid <> pg_backend_pid()
                 order by md5(a.pid::text || $1)
                 limit 1
                """.replace("$1", "'" + random.nextInt() + "'");
        try (Connection connection = DriverManager.getConnection(StormSetup.jdbc(url));
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(cut)) {
            return row.next();
        } catch (SQLException down) {
            return false;
        }
    }

    /** Live worker processes of all monitors, those of dead monitors included. */
    private List<ProcessHandle> workers() {
        Set<ProcessHandle> workers = new HashSet<>();
        try (Connection connection = DriverManager.getConnection(StormSetup.jdbc(url));
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select pid from rework.worker where finished is null and pid is not null order by id")) {
            while (rows.next()) {
                ProcessHandle.of(rows.getLong(1)).filter(ProcessHandle::isAlive).ifPresent(workers::add);
            }
        } catch (SQLException down) {
            return List.of();
        }
        return List.copyOf(workers);
    }

    private java.util.Optional<ProcessHandle> pick(List<ProcessHandle> handles) {
        return handles.isEmpty()
                ? java.util.Optional.empty()
                : java.util.Optional.of(handles.get(random.nextInt(handles.size())));
    }

    private void stopForAWhile(ProcessHandle worker) {
        if (signal("STOP", worker)) {
            stopped.add(worker);
            count("worker stopped", true);
        }
    }

    private void continueStopped(boolean all) {
        while (all && !stopped.isEmpty() || stopped.size() > 1) {
            signal("CONT", stopped.remove(0));
        }
    }

    private static boolean signal(String name, ProcessHandle process) {
        try {
            return new ProcessBuilder("sh", "-c", "kill -" + name + " " + process.pid())
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private void startMonitor(String host) throws IOException {
        Path log = settings.folder().resolve("monitor-" + host + ".log");
        monitors.put(host, crew.start(new MonitorProcess.Seat(url, home, host, settings.workers(), log)));
    }

    private void count(String kind, boolean happened) {
        if (happened) {
            faults.merge(kind, 1, Integer::sum);
        }
    }

    /** Ends every process it started. */
    @Override
    public void close() {
        continueStopped(true);
        monitors.values().forEach(monitor -> {
            monitor.handle().destroy();
            monitor.handle()
                    .onExit()
                    .orTimeout(60, java.util.concurrent.TimeUnit.SECONDS)
                    .handle((h, late) -> h)
                    .join();
            monitor.handle().destroyForcibly();
        });
        workers().forEach(ProcessHandle::destroyForcibly);
        server.stop();
    }
}
