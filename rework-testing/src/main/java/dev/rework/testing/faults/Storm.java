package dev.rework.testing.faults;

import dev.rework.Rework;
import dev.rework.embedded.EmbeddedPostgres;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.ReworkHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.locks.LockSupport;

/**
 * Tasks under faults: workers and monitors killed and stopped, beyond their lease too, sessions cut, the server
 * restarted, killed and replaced by its standby, in an order that a seed decides. Real processes throughout; a
 * {@link Witness} that no database can persuade says what ran. Two monitors on two host names share the work. Runs in the
 * calling thread, for minutes.
 */
public final class Storm implements AutoCloseable {

    private static final List<String> HOSTS = List.of("north", "south");
    private static final Duration CALM = Duration.ofMinutes(3);

    private final Settings settings;
    private final SplittableRandom random;
    private final StormServers servers;
    private final StormHosts hosts;
    private final FaultCount faults = new FaultCount();

    /**
     * How it blows.
     *
     * @param seed decides the order of faults
     * @param tasks how many tasks; every fifth is of the operation that must run at most once
     * @param workers how many workers each of the two monitors has
     * @param folder where the servers, the witness and the logs are
     * @param monitorsToo whether monitors are killed and stopped
     * @param serverToo whether the server is restarted, killed and replaced
     */
    public record Settings(long seed, int tasks, int workers, Path folder, boolean monitorsToo, boolean serverToo) {}

    /** Who starts the monitor of a host. */
    @FunctionalInterface
    interface Crew {
        MonitorProcess start(MonitorProcess.Seat seat) throws IOException;
    }

    private Storm(Settings settings, Crew crew) throws IOException, SQLException {
        this.settings = settings;
        this.random = new SplittableRandom(settings.seed());
        Path home = settings.folder().resolve("server");
        EmbeddedPostgres primary = EmbeddedPostgres.at(home);
        try (Rework rework = Rework.connect(primary.start().url())) {
            rework.initDb();
        }
        this.servers = new StormServers(
                primary,
                settings.serverToo()
                        ? Standby.of(primary, home, settings.folder().resolve("standby"), true)
                        : null);
        ReworkHome work = new ReworkHome(settings.folder().resolve("home"));
        this.hosts = new StormHosts(
                host -> new MonitorProcess.Seat(
                        servers.url(),
                        work,
                        host,
                        settings.workers(),
                        settings.folder().resolve("monitor-" + host + ".log")),
                crew,
                work,
                servers.url());
    }

    /**
     * A storm on servers of its own.
     *
     * @throws IOException when they cannot be made
     * @throws SQLException of the driver
     */
    public static Storm of(Settings settings) throws IOException, SQLException {
        return of(settings, seat -> MonitorProcess.start(seat, MonitorProcess.Way.PLAIN));
    }

    /** The same over other monitors and workers than rework's. */
    static Storm of(Settings settings, Crew crew) throws IOException, SQLException {
        return new Storm(settings, crew);
    }

    /**
     * Schedules, blows until everything has ended or the faults have lasted long enough, then waits for calm.
     *
     * @param operations the jar or folder of classes with {@link StormOperations}
     */
    public StormReport run(Path operations) throws IOException, SQLException {
        Path witnessed = Files.createDirectories(settings.folder().resolve("witness"));
        StormSetup.register(operations, hosts.home(), HOSTS, servers.url());
        List<Long> ids;
        try (Connection connection = connect()) {
            StormSetup.watchEnds(connection);
            ids = StormSetup.schedule(connection, servers.url(), settings.tasks(), witnessed);
        }
        for (String host : HOSTS) {
            hosts.start(host);
        }
        long began = System.nanoTime();
        long most = Duration.ofSeconds(Math.max(600, settings.tasks() / 50)).toNanos();
        int left = settings.tasks();
        while (left > 0 && System.nanoTime() - began < most) {
            LockSupport.parkNanos(random.nextLong(300_000_000L, 1_200_000_000L));
            fault(left);
            left = unfinished();
        }
        long blew = (System.nanoTime() - began) / 1_000_000;
        return calm(ids, Witness.in(witnessed), blew);
    }

    private void fault(int left) throws IOException, SQLException {
        if (settings.serverToo() && left < settings.tasks() / 2 && servers.hasStandby()) {
            servers.failOver();
            faults.add("failover to the standby", true);
        }
        int draw = random.nextInt(100);
        if (draw < 52) {
            faults.add("worker killed", hosts.killOne(random));
        } else if (draw < 64) {
            faults.add("worker stopped", hosts.stopOne(random, false));
        } else if (draw < 66) {
            faults.add("worker stopped beyond its lease", hosts.stopOne(random, true));
        } else if (draw < 82) {
            faults.add("session cut", cutSession());
        } else if (draw < 92 && settings.monitorsToo()) {
            faults.add("monitor killed", hosts.killMonitor(HOSTS.get(random.nextInt(HOSTS.size()))));
        } else if (draw >= 92 && draw < 96 && settings.monitorsToo()) {
            faults.add("monitor stopped beyond its lease", hosts.stopMonitor(HOSTS.get(random.nextInt(HOSTS.size()))));
        } else if (draw >= 96 && draw < 98 && settings.serverToo()) {
            servers.restart();
            faults.add("server restarted", true);
        } else if (draw >= 98 && settings.serverToo()) {
            servers.crash();
            faults.add("server killed", true);
        }
        hosts.continueSome();
        hosts.supervise();
    }

    private StormReport calm(List<Long> ids, Witness witness, long blew) throws IOException, SQLException {
        hosts.continueAll();
        long began = System.nanoTime();
        while (unfinished() > 0 && System.nanoTime() - began < CALM.toNanos()) {
            hosts.supervise();
            LockSupport.parkNanos(100_000_000);
        }
        long ended = (System.nanoTime() - began) / 1_000_000;
        while (settings.monitorsToo()
                && hosts.ready() < HOSTS.size() * settings.workers()
                && System.nanoTime() - began < CALM.toNanos()) {
            hosts.supervise();
            LockSupport.parkNanos(100_000_000);
        }
        long strong = (System.nanoTime() - began) / 1_000_000;
        try (Connection connection = connect()) {
            return StormSetup.report(
                    connection,
                    settings.seed(),
                    ids,
                    witness.notes(),
                    new StormSetup.Tally(faults.all(), blew, ended, strong));
        }
    }

    private int unfinished() {
        try (Connection connection = connect();
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
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(cut)) {
            return row.next();
        } catch (SQLException down) {
            return false;
        }
    }

    private Connection connect() throws SQLException {
        return DatabaseAddress.parse(servers.url() + "?socketTimeout=60")
                .dataSource("storm")
                .getConnection();
    }

    /** Ends every process it started. */
    @Override
    public void close() {
        hosts.close();
        servers.close();
    }
}
