package dev.rework.bench;

import dev.rework.LogLine;
import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.bench.BenchOperations.Numbered;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** Captured lines: how many a second go from print to row, and how soon a reader sees one. */
final class LogFigures {
    private static final Duration LIMIT = Duration.ofMinutes(2);

    /** Fewer than a task may print before its middle is dropped. */
    static final int EACH = 20_000;

    private final Run run;

    LogFigures(Run run) {
        this.run = run;
    }

    void take() {
        run.measure("logs", taken -> {
            try (House house = run.house();
                    MonitorProcess monitor = MonitorProcess.withIdle(run, house, 2);
                    Rework rework = Rework.connect(house.server.address(house.name))) {
                int lines = run.scale().drain * 2;
                printed(house, rework, 2, 20_000);
                taken.number("logs.2", "lines/s", printed(house, rework, Math.max(2, lines / EACH), lines));
                List<Double> seen = visible(rework, Math.max(20, run.scale().probes / 2));
                monitor.check();
                taken.number("logs.visible.p50", "ms", Samples.quantile(seen, 0.5));
                taken.number("logs.visible.p99", "ms", Samples.quantile(seen, 0.99));
            }
        });
    }

    private static double printed(House house, Rework rework, int tasks, int lines) throws SQLException {
        List<Task<Object>> printing = new ArrayList<>();
        long began = System.nanoTime();
        for (int i = 0; i < tasks; i++) {
            printing.add(rework.task("lines")
                    .domain(House.DOMAIN)
                    .input(new Numbered(lines / tasks))
                    .schedule());
        }
        printing.forEach(task -> task.join(LIMIT));
        double seconds = (System.nanoTime() - began) / 1e9;
        String ids = String.join(
                ",", printing.stream().map(t -> Long.toString(t.id())).toList());
        double stored = house.number("select count(*) from rework.log where task in (" + ids + ")");
        if (stored != lines / tasks * tasks) {
            throw new SQLException(stored + " of " + lines + " lines were stored when the tasks were done");
        }
        return stored / seconds;
    }

    /** From print to a reader who asks each 2 ms. */
    private static List<Double> visible(Rework rework, int ticks) {
        List<Double> seen = new ArrayList<>();
        Task<Object> task = rework.task("ticking")
                .domain(House.DOMAIN)
                .input(new Numbered(ticks))
                .schedule();
        long after = 0;
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (seen.size() < ticks && System.nanoTime() < deadline) {
            for (LogLine line : task.logs(after)) {
                after = line.id();
                if (line.line().startsWith("tick ")) {
                    seen.add((BenchOperations.micros()
                                    - Long.parseLong(line.line().substring(5)))
                            / 1e3);
                }
            }
            LockSupport.parkNanos(2_000_000);
        }
        task.join(LIMIT);
        return seen;
    }
}
