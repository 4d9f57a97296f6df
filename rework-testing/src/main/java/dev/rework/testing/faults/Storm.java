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
import java.util.Deque;
import java.util.Iterator;
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
    private final Deque<StormFault> deck;

    /**
     * How it blows.
     *
     * @param seed decides the order of faults
     * @param tasks how many tasks; every fifth is of the operation that must run at most once
     * @param workers how many workers each of the two monitors has
     * @param folder where the servers, the witness and the logs are
     * @param arrival how long it takes until the last of the tasks is due; they come evenly
     * @param all whether monitors are killed and stopped and the server restarted, killed and replaced, beside workers
     *     killed and stopped and sessions cut
     */
    public record Settings(long seed, int tasks, int workers, Path folder, Duration arrival, boolean all) {}

    /** Who starts the monitor of a host. */
    @FunctionalInterface
    interface Crew {
        MonitorProcess start(MonitorProcess.Seat seat) throws IOException;
    }

    private Storm(Settings settings, Crew crew) throws IOException, SQLException {
        this.settings = settings;
        this.random = new SplittableRandom(settings.seed());
        this.deck = StormFault.deck(random, settings.all());
        Path home = settings.folder().resolve("server");
        EmbeddedPostgres primary = EmbeddedPostgres.at(home);
        try (Rework rework = Rework.connect(primary.start().url())) {
            rework.initDb();
        }
        this.servers = new StormServers(
                primary,
                settings.all() ? Standby.of(primary, home, settings.folder().resolve("standby"), true) : null);
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
                servers.url(),
                faults);
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
            ids = StormSetup.schedule(connection, settings, witnessed);
        }
        for (String host : HOSTS) {
            hosts.start(host);
        }
        long began = System.nanoTime();
        long most = Duration.ofSeconds(Math.max(600, settings.tasks() / 50)).toNanos();
        int left = settings.tasks();
        // What is left then is for the calm: it ends although no fault of ours stirs anybody any more.
        while (left > settings.tasks() / 20 && System.nanoTime() - began < most) {
            LockSupport.parkNanos(random.nextLong(300_000_000L, 1_200_000_000L));
            if (settings.all() && left < settings.tasks() / 2 && servers.hasStandby()) {
                fault(StormFault.FAILED_OVER);
            } else {
                fault(next());
            }
            hosts.continueSome();
            hosts.supervise();
            left = unfinished();
        }
        long blew = (System.nanoTime() - began) / 1_000_000;
        return calm(ids, Witness.in(witnessed), blew);
    }

    /** The next in the deck; those that last beyond a lease come one after the other, as soon as they may. */
    private StormFault next() {
        while (true) {
            for (Iterator<StormFault> cards = deck.iterator(); cards.hasNext(); ) {
                StormFault fault = cards.next();
                if (!fault.isLong() || !hosts.isOneStillForLong()) {
                    cards.remove();
                    return fault;
                }
            }
            deck.addAll(StormFault.deck(random, settings.all()));
        }
    }

    private void fault(StormFault fault) throws IOException, SQLException {
        switch (fault) {
            case WORKER_KILLED -> faults.add(fault, hosts.killOne(random));
            case WORKER_STOPPED, WORKER_STOPPED_LONG -> hosts.stopOne(random, fault);
            case SESSION_CUT -> faults.add(fault, cutSession());
            case MONITOR_KILLED -> faults.add(fault, hosts.killMonitor(host()));
            case MONITOR_STOPPED_LONG -> hosts.stopMonitor(host());
            case SERVER_RESTARTED -> faults.add(fault, servers.restart());
            case SERVER_KILLED -> faults.add(fault, servers.crash());
            case FAILED_OVER -> faults.add(fault, servers.failOver());
        }
    }

    private String host() {
        return HOSTS.get(random.nextInt(HOSTS.size()));
    }

    private StormReport calm(List<Long> ids, Witness witness, long blew) throws IOException, SQLException {
        hosts.continueAll();
        long began = System.nanoTime();
        while (unfinished() > 0 && System.nanoTime() - began < CALM.toNanos()) {
            hosts.supervise();
            LockSupport.parkNanos(100_000_000);
        }
        long ended = (System.nanoTime() - began) / 1_000_000;
        while (settings.all()
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
