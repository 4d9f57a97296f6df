package dev.rework.bench;

import dev.rework.OperationRef;
import dev.rework.Rework;
import dev.rework.bench.BenchOperations.Numbered;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** How fast callers hand tasks over: one by one, a thousand at once, in their own transaction; nobody works meanwhile. */
final class EnqueueFigures {
    private static final OperationRef<Numbered, Void> TAKING =
            OperationRef.of(House.DOMAIN, "taking", Numbered.class, Void.class);
    private static final int CALLERS = 8;
    private static final int IN_ONE_TRANSACTION = 100;

    private final Run run;

    EnqueueFigures(Run run) {
        this.run = run;
    }

    void take() {
        run.measure("enqueue", taken -> {
            try (House house = run.house();
                    Rework rework = Rework.connect(house.server.address(house.name))) {
                int singles = run.scale().singles;
                schedule(rework, 1_000);
                long began = System.nanoTime();
                schedule(rework, singles);
                taken.number("enqueue.single", "tasks/s", singles / seconds(began));
                taken.number("enqueue.single.8callers", "tasks/s", callers(rework, singles));
                taken.number("enqueue.batch1000", "tasks/s", batches(rework));
                taken.number("enqueue.transaction", "tasks/s", transactions(rework, house.connection, singles));
            }
        });
    }

    private static void schedule(Rework rework, int count) {
        for (int i = 0; i < count; i++) {
            rework.task("taking").domain(House.DOMAIN).input(new Numbered(i)).schedule();
        }
    }

    private static double callers(Rework rework, int count) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(CALLERS);
        try {
            long began = System.nanoTime();
            List<Future<?>> ends = new ArrayList<>();
            for (int i = 0; i < CALLERS; i++) {
                ends.add(threads.submit(() -> schedule(rework, count / CALLERS)));
            }
            for (Future<?> end : ends) {
                end.get();
            }
            return count / CALLERS * CALLERS / seconds(began);
        } finally {
            threads.shutdownNow();
        }
    }

    private double batches(Rework rework) {
        List<Numbered> inputs = new ArrayList<>();
        for (int i = 0; i < 1_000; i++) {
            inputs.add(new Numbered(i));
        }
        for (int i = 0; i < 20; i++) {
            rework.scheduleAll(TAKING, inputs);
        }
        int batches = Math.max(10, run.scale().drain / 1_000);
        long began = System.nanoTime();
        for (int i = 0; i < batches; i++) {
            rework.scheduleAll(TAKING, inputs);
        }
        return batches * 1_000 / seconds(began);
    }

    private static double transactions(Rework rework, Connection connection, int count) throws Exception {
        connection.setAutoCommit(false);
        try {
            long began = System.nanoTime();
            for (int i = 0; i < count; i++) {
                rework.in(connection)
                        .task("taking")
                        .domain(House.DOMAIN)
                        .input(new Numbered(i))
                        .schedule();
                if (i % IN_ONE_TRANSACTION == IN_ONE_TRANSACTION - 1) {
                    connection.commit();
                }
            }
            connection.commit();
            return count / seconds(began);
        } finally {
            connection.setAutoCommit(true);
        }
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }
}
