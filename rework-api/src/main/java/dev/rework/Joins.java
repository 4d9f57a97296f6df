package dev.rework;

import dev.rework.internal.db.TaskKey;
import dev.rework.internal.db.TaskStates;
import dev.rework.internal.db.Waiters;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** How a thread, or a future, waits for a task. */
final class Joins {
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

    private Joins() {}

    /** Blocks until the task has come to {@code target}. */
    static void join(Client client, TaskKey task, TaskState target, Duration timeout) {
        Waiters.Waiter waiter = client.waiters.await(task, target);
        try (waiter) {
            look(client, task, waiter);
            if (!waiter.arrival().isDone()) {
                client.options.joins().parked(task.id());
                try {
                    block(client, task, waiter, timeout);
                } finally {
                    client.options.joins().unparked(task.id());
                }
            }
            if (waiter.arrival().join().lost()) {
                throw new TaskLost(task.id());
            }
        }
    }

    /** Completed when the task has come to {@code target}; with {@link TaskLost} when its row is gone. */
    static CompletableFuture<Waiters.Seen> arrival(Client client, TaskKey task, TaskState target) {
        Waiters.Waiter waiter = client.waiters.await(task, target);
        client.options.joins().given(task.id(), waiter.arrival());
        return CompletableFuture.runAsync(() -> look(client, task, waiter))
                .thenCompose(looked -> waiter.arrival())
                .whenComplete((seen, error) -> waiter.close())
                .thenApply(seen -> {
                    if (seen.lost()) {
                        throw new TaskLost(task.id());
                    }
                    return seen;
                });
    }

    /** What happened before the waiter was there, nobody tells it. */
    private static void look(Client client, TaskKey task, Waiters.Waiter waiter) {
        try {
            client.database.call("read task " + task.id(), connection -> {
                waiter.see(TaskStates.read(connection, List.of(task.id())).get(task.id()));
                return true;
            });
        } catch (DatabaseUnreachable e) {
            // An outage: the listening thread looks again when it is over.
            return;
        }
    }

    private static void block(Client client, TaskKey task, Waiters.Waiter waiter, Duration timeout) {
        long end = System.nanoTime() + nanos(timeout);
        try {
            while (!arrives(waiter, Math.min(AGAIN_NANOS, end - System.nanoTime()))) {
                if (end - System.nanoTime() <= 0) {
                    throw new TimeoutException();
                }
                client.options.joins().stillParked(task.id());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new JoinInterrupted(task.id(), e);
        } catch (TimeoutException e) {
            look(client, task, waiter);
            if (!waiter.arrival().isDone()) {
                throw new JoinTimeout(task.id(), waiter.lastSeen(), timeout);
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("the client was closed while waiting for task " + task.id(), e);
        }
    }

    private static boolean arrives(Waiters.Waiter waiter, long nanos) throws InterruptedException, ExecutionException {
        try {
            waiter.arrival().get(Math.max(0, nanos), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        }
    }

    /** Small enough to be added to {@link System#nanoTime}. */
    private static long nanos(Duration timeout) {
        try {
            return Math.min(Math.max(0, timeout.toNanos()), Long.MAX_VALUE / 2);
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE / 2;
        }
    }
}
