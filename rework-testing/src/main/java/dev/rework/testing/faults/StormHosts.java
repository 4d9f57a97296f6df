package dev.rework.testing.faults;

import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.ReworkHome;
import java.io.IOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;

/** The hosts of a storm: their monitors, the workers of those, and which of them stand still. For one thread. */
final class StormHosts implements AutoCloseable {

    /** A lease lasts 15 s, and 5 s more. */
    private static final long BEYOND_LEASE_NANOS = TimeUnit.SECONDS.toNanos(24);

    private final String url;
    private final ReworkHome home;
    private final Function<String, MonitorProcess.Seat> seats;
    private final Storm.Crew crew;
    private final FaultCount faults;
    private final Map<String, MonitorProcess> monitors = new HashMap<>();
    private final List<Stopped> stopped = new ArrayList<>();
    private String stillHost = "";

    /** A process that stands still until then. */
    private record Stopped(ProcessHandle process, long until, StormFault kind) {}

    StormHosts(
            Function<String, MonitorProcess.Seat> seats,
            Storm.Crew crew,
            ReworkHome home,
            String url,
            FaultCount faults) {
        this.url = url;
        this.home = home;
        this.seats = seats;
        this.crew = crew;
        this.faults = faults;
    }

    ReworkHome home() {
        return home;
    }

    void start(String host) throws IOException {
        monitors.put(host, crew.start(seats.apply(host)));
    }

    /** As what supervises services does: a monitor that has ended, for want of a database when it began, is started again. */
    void supervise() throws IOException {
        for (String host : List.copyOf(monitors.keySet())) {
            MonitorProcess monitor = monitors.get(host);
            if (monitor != null && !monitor.handle().isAlive()) {
                start(host);
            }
        }
    }

    /** One worker, of a living or a dead monitor. */
    boolean killOne(SplittableRandom random) {
        return pick(random).map(ProcessHandle::destroyForcibly).orElse(false);
    }

    /**
     * One worker stands still for a while. Not while its monitor may: a host of which nobody stirs is lost, and what it
     * may run again is run elsewhere although its frozen process is still there. That is not promised otherwise.
     */
    void stopOne(SplittableRandom random, StormFault kind) {
        Optional<ProcessHandle> worker = stillHost.isEmpty() ? pick(random) : Optional.empty();
        if (worker.isPresent()) {
            stop(
                    worker.get(),
                    kind,
                    kind.isLong() ? BEYOND_LEASE_NANOS : random.nextLong(500_000_000L, 5_000_000_000L));
        }
    }

    private void stop(ProcessHandle process, StormFault kind, long nanos) {
        if (signal("STOP", process)) {
            stopped.add(new Stopped(process, System.nanoTime() + nanos, kind));
        }
    }

    /** Whether a process stands still beyond its lease; until it goes on it is left alone. */
    boolean isOneStillForLong() {
        return stopped.stream().anyMatch(each -> each.kind().isLong());
    }

    /** Kills a monitor and starts another in its place. */
    boolean killMonitor(String host) throws IOException {
        MonitorProcess monitor = monitors.get(host);
        if (monitor == null || host.equals(stillHost)) {
            return false;
        }
        monitor.handle().destroyForcibly();
        start(host);
        return true;
    }

    /** A monitor stands still beyond its lease while its workers go on. */
    void stopMonitor(String host) {
        MonitorProcess monitor = monitors.get(host);
        if (monitor != null && stillHost.isEmpty()) {
            continueAll();
            stop(monitor.handle(), StormFault.MONITOR_STOPPED_LONG, BEYOND_LEASE_NANOS);
            stillHost = host;
        }
    }

    /** Lets go on who has stood still for long enough. */
    void continueSome() {
        go(each -> System.nanoTime() - each.until() > 0);
    }

    void continueAll() {
        go(each -> true);
    }

    private void go(Predicate<Stopped> over) {
        for (Stopped each : List.copyOf(stopped)) {
            if (over.test(each)) {
                faults.add(
                        each.kind(),
                        System.nanoTime() - each.until() > 0 || !each.kind().isLong());
                signal("CONT", each.process());
                stopped.remove(each);
            }
        }
        stillHost = stopped.isEmpty() ? "" : stillHost;
    }

    /** How many workers are there and have reported in. */
    int ready() {
        String sql = "select count(*) from rework.worker where state in ('idle', 'busy') and monitor in"
                + " (select id from rework.monitor where ended is null)";
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getInt(1);
        } catch (SQLException down) {
            return 0;
        }
    }

    private Optional<ProcessHandle> pick(SplittableRandom random) {
        List<ProcessHandle> all = live("");
        stopped.stream().filter(each -> each.kind().isLong()).forEach(each -> all.remove(each.process()));
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(random.nextInt(all.size())));
    }

    /** Live worker processes of a host, or of all; those of dead monitors included. */
    private List<ProcessHandle> live(String host) {
        List<ProcessHandle> live = new ArrayList<>();
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select pid, host from rework.worker where finished is null and pid is not null order by id")) {
            while (rows.next()) {
                if (host.isEmpty() || host.equals(rows.getString(2))) {
                    ProcessHandle.of(rows.getLong(1))
                            .filter(ProcessHandle::isAlive)
                            .ifPresent(live::add);
                }
            }
        } catch (SQLException down) {
            return new ArrayList<>();
        }
        return live;
    }

    private Connection connect() throws SQLException {
        return DatabaseAddress.parse(url).dataSource("storm").getConnection();
    }

    private static boolean signal(String name, ProcessHandle process) {
        return Shell.works("kill", "-" + name, Long.toString(process.pid()));
    }

    /** Ends every process it started. */
    @Override
    public void close() {
        continueAll();
        List<ProcessHandle> left = live("");
        monitors.values().forEach(monitor -> monitor.handle().destroy());
        monitors.values().forEach(monitor -> {
            monitor.handle()
                    .onExit()
                    .orTimeout(Duration.ofMinutes(1).toSeconds(), TimeUnit.SECONDS)
                    .handle((h, late) -> h)
                    .join();
            monitor.handle().destroyForcibly();
        });
        left.forEach(ProcessHandle::destroyForcibly);
    }
}
