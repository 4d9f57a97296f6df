package dev.rework.bench;

import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.bench.BenchOperations.Numbered;
import java.net.URI;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** What one monitor and two workers cost while nothing happens, and whether the monitor grows while much does. */
final class IdleFigures {
    private static final Duration LIMIT = Duration.ofMinutes(10);

    private final Run run;

    IdleFigures(Run run) {
        this.run = run;
    }

    /** Every message they send is counted on the wire, so no statement can hide in a transaction. */
    void idle() {
        run.measure("idle", taken -> {
            String direct = run.server().address("any");
            URI place = URI.create(direct.replaceFirst("^jdbc:", ""));
            try (House house = run.house();
                    WireTap tap = new WireTap(place.getHost(), place.getPort() < 0 ? 5432 : place.getPort());
                    MonitorProcess monitor = MonitorProcess.start(
                            run, house, tapped(house, place, tap), "--minworkers", "2", "--maxworkers", "2")) {
                monitor.awaitIdle(2);
                int seconds = run.scale() == Options.Scale.TINY ? 5 : 15;
                TimeUnit.SECONDS.sleep(10);
                long commits = run.server().commits(house.name);
                WireTap.Count before = tap.count();
                double cpu = cpu(monitor);
                long began = System.nanoTime();
                TimeUnit.SECONDS.sleep(seconds);
                double took = (System.nanoTime() - began) / 1e9;
                WireTap.Count count = tap.count().minus(before);
                double cores = (cpu(monitor) - cpu) / took;
                taken.number("idle.statements", "1/s", count.statements() / took);
                taken.number("idle.commits", "1/s", (run.server().commits(house.name) - commits) / took);
                taken.number("idle.cpu", "% core", cores * 100);
                taken.number(
                        "idle.monitor.rss",
                        "MiB",
                        ForeignLoad.Vitals.of(monitor.pid()).rssMb());
                taken.number(
                        "idle.worker.rss",
                        "MiB",
                        monitor.workers().stream()
                                .mapToDouble(pid -> ForeignLoad.Vitals.of(pid).rssMb())
                                .average()
                                .orElse(Double.NaN));
            }
        });
    }

    private static String tapped(House house, URI place, WireTap tap) {
        String address = house.server.address(house.name);
        String hostPort = place.getPort() < 0 ? place.getHost() : place.getHost() + ":" + place.getPort();
        String through =
                address.replaceFirst("(@|//)" + java.util.regex.Pattern.quote(hostPort), "$1127.0.0.1:" + tap.port());
        return through + (through.contains("?") ? "&" : "?") + "sslmode=disable";
    }

    private static double cpu(MonitorProcess monitor) throws SQLException {
        double seconds = ForeignLoad.Vitals.of(monitor.pid()).cpuSeconds();
        for (long worker : monitor.workers()) {
            seconds += ForeignLoad.Vitals.of(worker).cpuSeconds();
        }
        return seconds;
    }

    /** The monitor's resident memory while many tasks and many lines pass, after the first tenth and at the end. */
    void memory() {
        run.measure("memory", taken -> {
            try (House house = run.house();
                    MonitorProcess monitor = MonitorProcess.withIdle(run, house, 2);
                    Rework rework = Rework.connect(house.server.address(house.name))) {
                List<Double> rss = new ArrayList<>();
                int tenth = run.scale().crowd / 10;
                for (int i = 0; i < 10; i++) {
                    List<Task<Object>> printing = new ArrayList<>();
                    for (int lines = 0; lines < tenth; lines += LogFigures.EACH) {
                        printing.add(rework.task("lines")
                                .domain(House.DOMAIN)
                                .input(new Numbered(Math.min(LogFigures.EACH, tenth - lines)))
                                .schedule());
                    }
                    long last = house.queue("noop", tenth);
                    house.tell();
                    house.awaitDrained(monitor, "noop", last, 600);
                    printing.forEach(task -> task.join(LIMIT));
                    rss.add(ForeignLoad.Vitals.of(monitor.pid()).rssMb());
                }
                taken.number("memory.monitor.tenth", "MiB", rss.get(0));
                taken.number("memory.monitor.end", "MiB", rss.get(9));
                taken.number(
                        "memory.monitor.peak",
                        "MiB",
                        ForeignLoad.Vitals.of(monitor.pid()).peakMb());
            }
        });
    }
}
