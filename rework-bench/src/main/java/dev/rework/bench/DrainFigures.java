package dev.rework.bench;

import java.io.IOException;
import java.sql.SQLException;
import java.util.concurrent.locks.LockSupport;

/**
 * How fast a real monitor and its worker processes empty a queue. <em>Warm</em>: they have run 20,000 tasks and stand
 * idle when the queue, vacuumed and checkpointed, is opened to them. <em>Cold</em>: from the start of the command
 * {@code rework monitor} on a queue that is there. Both until the last task is finished in the database; history kept.
 */
final class DrainFigures {
    private static final int WARM = 20_000;

    private final Run run;

    DrainFigures(Run run) {
        this.run = run;
    }

    /** No-op tasks, warm. */
    void warm(int workers) {
        String name = "drain.noop." + workers;
        run.measure(name, taken -> {
            try (House house = run.house();
                    MonitorProcess monitor = MonitorProcess.withIdle(run, house, workers)) {
                Numbers numbers = warm(run, house, monitor, "noop", run.scale().drain);
                taken.number(name, "tasks/s", numbers.rate);
                taken.number(name + ".steady", "tasks/s", numbers.steady);
                taken.number(name + ".wal", "B/task", numbers.walBytes);
                taken.number(name + ".cpu.server", "us/task", numbers.cpu.server);
                taken.number(name + ".cpu.workers", "us/task", numbers.cpu.workers);
                taken.number(name + ".cpu.monitor", "us/task", numbers.cpu.monitor);
            }
        });
    }

    /** Another operation, warm; {@code tasks} of it. */
    void other(String operation, int workers, int tasks) {
        String name = "drain." + operation + "." + workers;
        run.measure(name, taken -> {
            try (House house = run.house();
                    MonitorProcess monitor = MonitorProcess.withIdle(run, house, workers)) {
                taken.number(name, "tasks/s", warm(run, house, monitor, operation, tasks).rate);
            }
        });
    }

    /** From nothing running. */
    void cold(int workers) {
        String name = "drain.cold." + workers;
        run.measure(name, taken -> {
            try (House house = run.house()) {
                int tasks = run.scale().drain;
                long last = house.queue("noop", tasks);
                house.settle();
                double spawned = house.now();
                String count = Integer.toString(workers);
                try (MonitorProcess monitor = MonitorProcess.start(
                        run, house, house.server.address(house.name), "--minworkers", count, "--maxworkers", count)) {
                    house.awaitDrained(monitor, "noop", last, 120);
                    House.Drained drained = complete(house.drained("noop", 0), tasks);
                    taken.number(name, "tasks/s", tasks / (drained.finished() - spawned));
                    taken.number(name + ".fromfirst", "tasks/s", tasks / (drained.finished() - drained.started()));
                    taken.number(name + ".steady", "tasks/s", steady(drained));
                }
            }
        });
    }

    /** @param steady the rate between the first and the last tenth */
    record Numbers(double rate, double steady, double walBytes, Cpu cpu) {}

    /** CPU time of the server with all its backends, of the workers, of the monitor. */
    private record Cpu(double server, double workers, double monitor) {
        static Cpu now(Run run, MonitorProcess monitor) throws SQLException {
            double workers = 0;
            for (long pid : monitor.workers()) {
                workers += ForeignLoad.Vitals.of(pid).cpuSeconds();
            }
            return new Cpu(
                    ForeignLoad.secondsBelow(run.serverPid()),
                    workers,
                    ForeignLoad.Vitals.of(monitor.pid()).cpuSeconds());
        }

        /** Microseconds a task since an earlier moment. */
        Cpu since(Cpu earlier, int tasks) {
            double each = 1e6 / tasks;
            return new Cpu(
                    (server - earlier.server) * each,
                    (workers - earlier.workers) * each,
                    (monitor - earlier.monitor) * each);
        }
    }

    static Numbers warm(Run run, House house, MonitorProcess monitor, String operation, int tasks)
            throws SQLException, IOException {
        return warm(run, house, monitor, new Work(operation, tasks, () -> {}));
    }

    /** Something to do while nobody claims. */
    interface Step {
        void take() throws SQLException;
    }

    /** @param before done before the queue is filled, with the workers warm and idle */
    record Work(String operation, int tasks, Step before) {}

    static Numbers warm(Run run, House house, MonitorProcess monitor, Work work) throws SQLException, IOException {
        String operation = work.operation;
        int tasks = work.tasks;
        int warm = Math.min(WARM, tasks);
        long last = house.queue(operation, warm);
        house.tell();
        house.awaitDrained(monitor, operation, last, 120);
        // A worker that has found nothing looks by itself once more within a second.
        LockSupport.parkNanos(2_000_000_000L);
        monitor.pause();
        double opened;
        long wal;
        Cpu cpu;
        try {
            work.before.take();
            last = house.queue(operation, tasks);
            house.settle();
            wal = run.server().walBytes();
            cpu = Cpu.now(run, monitor);
            opened = house.now();
        } finally {
            monitor.resume();
        }
        house.tell();
        house.awaitDrained(monitor, operation, last, 300);
        cpu = Cpu.now(run, monitor).since(cpu, tasks);
        long bytes = run.server().walBytes() - wal;
        House.Drained drained = complete(house.drained(operation, last - tasks + 1), tasks);
        if (drained.started() < opened) {
            throw new SQLException("a worker began before the queue was opened: the figure would be too good");
        }
        return new Numbers(tasks / (drained.finished() - opened), steady(drained), bytes / (double) tasks, cpu);
    }

    private static double steady(House.Drained drained) {
        return 0.8 * drained.tasks() / (drained.ninetieth() - drained.tenth());
    }

    private static House.Drained complete(House.Drained drained, int tasks) throws SQLException {
        if (drained.tasks() != tasks || drained.undone() > 0) {
            throw new SQLException(
                    drained.tasks() + " of " + tasks + " tasks finished, " + drained.undone() + " of them not done");
        }
        return drained;
    }
}
