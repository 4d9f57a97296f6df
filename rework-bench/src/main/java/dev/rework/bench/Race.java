package dev.rework.bench;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;

/** Several connections doing the same in this process, measured from the moment all are warm until the last has ended. */
final class Race {
    /** The same forced plans as our workers have: without them the floor is lower. */
    static final String PLANS = "-c plan_cache_mode=force_generic_plan -c enable_seqscan=off"
            + " -c enable_bitmapscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off";

    private final Run run;
    private final House house;

    Race(Run run, House house) {
        this.run = run;
        this.house = house;
    }

    /** One connection's part: prepared with no hurry, then run. */
    interface Part {
        /** Gets warm and returns what is to be measured. */
        Leg warmUp(Connection connection) throws Exception;
    }

    /** What is measured. */
    interface Leg {
        void run() throws Exception;
    }

    /** @param serverCpu seconds of the server and all its backends */
    record Result(double seconds, double serverCpu, long walBytes) {}

    Result run(int parts, Part part) throws Exception {
        CountDownLatch warm = new CountDownLatch(parts);
        CountDownLatch go = new CountDownLatch(1);
        ExecutorService threads = Executors.newFixedThreadPool(parts);
        List<Connection> connections = connections(parts);
        try {
            List<Future<?>> ends = new ArrayList<>();
            for (Connection connection : connections) {
                ends.add(threads.submit(() -> {
                    Leg leg = part.warmUp(connection);
                    warm.countDown();
                    go.await();
                    leg.run();
                    return null;
                }));
            }
            while (warm.getCount() > 0 && ends.stream().noneMatch(Future::isDone)) {
                LockSupport.parkNanos(1_000_000);
            }
            long wal = run.server().walBytes();
            double cpu = ForeignLoad.secondsBelow(run.serverPid());
            long began = System.nanoTime();
            go.countDown();
            for (Future<?> end : ends) {
                end.get();
            }
            double seconds = (System.nanoTime() - began) / 1e9;
            // Before their backends end: what an ended one has used is not always seen.
            cpu = ForeignLoad.secondsBelow(run.serverPid()) - cpu;
            return new Result(seconds, cpu, run.server().walBytes() - wal);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof Exception cause ? cause : e;
        } finally {
            threads.shutdownNow();
            for (Connection connection : connections) {
                connection.close();
            }
        }
    }

    private List<Connection> connections(int count) throws Exception {
        List<Connection> connections = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            connections.add(connect(house));
        }
        return connections;
    }

    /** A connection with the settings of a worker's. */
    static Connection connect(House house) throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("options", PLANS);
        properties.setProperty("prepareThreshold", "1");
        return DriverManager.getConnection(house.server.jdbcUrl(house.name), properties);
    }

    /** Leaves the rate and what it cost each of so many tasks. */
    static void take(Run.Taken taken, String name, int tasks, Result result) {
        taken.number(name, "tasks/s", tasks / result.seconds);
        taken.number(name + ".cpu.server", "us/task", result.serverCpu * 1e6 / tasks);
        taken.number(name + ".wal", "B/task", result.walBytes / (double) tasks);
    }
}
