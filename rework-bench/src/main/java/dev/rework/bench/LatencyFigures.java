package dev.rework.bench;

import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.bench.BenchOperations.Vitals;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;

/** How soon things happen when nothing else does: a task starts, ends, is joined, is killed; a worker comes up. */
final class LatencyFigures {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String PID = "select w.pid from rework.worker w join rework.task t on t.worker = w.id"
            + " where t.state = 'running' order by t.id desc limit 1";

    private final Run run;

    LatencyFigures(Run run) {
        this.run = run;
    }

    /** From the call of {@code schedule} on, one idle worker, tasks 20 ms apart. */
    void idle() {
        run.measure("latency", taken -> {
            try (House house = run.house();
                    MonitorProcess monitor = MonitorProcess.withIdle(run, house, 1);
                    Rework rework = Rework.connect(house.server.address(house.name))) {
                List<Double> started = new ArrayList<>();
                List<Double> joined = new ArrayList<>();
                int warm = Math.min(100, run.scale().probes);
                for (int i = 0; i < run.scale().probes + warm; i++) {
                    long at = BenchOperations.micros();
                    long began = System.nanoTime();
                    Task<Long> task = rework.task("stamp")
                            .domain(House.DOMAIN)
                            .output(Long.class)
                            .schedule();
                    task.join(LIMIT);
                    double join = (System.nanoTime() - began) / 1e6;
                    if (i >= warm) {
                        joined.add(join);
                        started.add((Objects.requireNonNull(task.output()) - at) / 1e3);
                    }
                    LockSupport.parkNanos(20_000_000);
                }
                monitor.check();
                quantiles(taken, "latency.start", started);
                quantiles(taken, "latency.join", joined);
                house.run("analyze rework.task");
                taken.number(
                        "latency.done.p50",
                        "ms",
                        house.number("select percentile_cont(0.5) within group (order by"
                                + " extract(epoch from finished - queued) * 1000) from rework.task where id > "
                                + warm));
            }
        });
    }

    /** From the call of {@code abort} on a busy loop: until its process is gone, and until the row is settled. */
    void abort() {
        run.measure("abort", taken -> {
            try (House house = run.house();
                    MonitorProcess monitor = MonitorProcess.withIdle(run, house, 2);
                    Rework rework = Rework.connect(house.server.address(house.name))) {
                List<Double> gone = new ArrayList<>();
                List<Double> settled = new ArrayList<>();
                for (int i = 0; i < Math.max(5, run.scale().probes / 16); i++) {
                    Task<Object> task = rework.task("busy").domain(House.DOMAIN).schedule();
                    task.join(TaskState.RUNNING, LIMIT);
                    LockSupport.parkNanos(50_000_000);
                    ProcessHandle process = ProcessHandle.of((long) house.number(PID))
                            .orElseThrow(() -> new IllegalStateException("task " + task.id() + " runs nowhere here"));
                    long began = System.nanoTime();
                    task.abort("bench");
                    while (process.isAlive()) {
                        LockSupport.parkNanos(500_000);
                    }
                    gone.add((System.nanoTime() - began) / 1e6);
                    task.join(LIMIT);
                    settled.add((System.nanoTime() - began) / 1e6);
                    monitor.awaitIdle(1);
                }
                quantiles(taken, "abort.gone", gone);
                quantiles(taken, "abort.settled", settled);
            }
        });
    }

    /** No worker there: from the row that says one is being started to the beginning of its first task. */
    void coldStart() {
        run.measure("start", taken -> {
            try (House house = run.house();
                    MonitorProcess monitor = MonitorProcess.start(
                            run,
                            house,
                            house.server.address(house.name),
                            "--minworkers",
                            "0",
                            "--maxworkers",
                            "1",
                            "--maxruns",
                            "1");
                    Rework rework = Rework.connect(house.server.address(house.name))) {
                List<Double> claimed = new ArrayList<>();
                List<Double> whole = new ArrayList<>();
                List<Double> cpu = new ArrayList<>();
                List<Double> rss = new ArrayList<>();
                for (int i = 0; i < Math.max(3, run.scale().probes / 20); i++) {
                    awaitNoWorker(house);
                    long at = BenchOperations.micros();
                    Task<Vitals> task = rework.task("vitals")
                            .domain(House.DOMAIN)
                            .output(Vitals.class)
                            .schedule();
                    task.join(LIMIT);
                    Vitals vitals = Objects.requireNonNull(task.output());
                    whole.add((vitals.micros() - at) / 1e3);
                    cpu.add((double) vitals.cpuMs());
                    rss.add(vitals.rssKb() / 1024.0);
                    claimed.add(
                            house.number("select extract(epoch from t.started - w.created) * 1000 from rework.task t"
                                    + " join rework.worker w on w.id = t.worker where t.id = " + task.id()));
                }
                monitor.check();
                taken.number("start.cold", "ms", Samples.quantile(claimed, 0.5));
                taken.number("start.cold.fromschedule", "ms", Samples.quantile(whole, 0.5));
                taken.number("start.cold.cpu", "ms", Samples.quantile(cpu, 0.5));
                taken.number("start.cold.rss", "MiB", Samples.quantile(rss, 0.5));
            }
        });
    }

    private static void awaitNoWorker(House house) throws java.sql.SQLException {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        while (house.number("select count(*) from rework.worker where finished is null") > 0) {
            if (System.nanoTime() > deadline) {
                throw new java.sql.SQLException("a worker that had done its one run did not end");
            }
            LockSupport.parkNanos(20_000_000);
        }
    }

    private static void quantiles(Run.Taken taken, String name, List<Double> values) {
        taken.number(name + ".p50", "ms", Samples.quantile(values, 0.5));
        taken.number(name + ".p95", "ms", Samples.quantile(values, 0.95));
        taken.number(name + ".p99", "ms", Samples.quantile(values, 0.99));
    }
}
