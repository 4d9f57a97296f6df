package dev.rework.internal.db;

import dev.rework.TaskState;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Everybody of a client who waits for a task. One thread listens for all of them and, at each wake-up and once a second,
 * reads the states of all awaited tasks by one statement; without LISTEN it polls instead, quickly at first. It starts
 * with the first waiter and ends when there has been none for a while. Threads may share it.
 */
public final class Waiters implements AutoCloseable {
    private static final long IDLE_NANOS = Duration.ofSeconds(30).toNanos();
    private static final long LISTENING_PAUSE_MS = 1_000;
    private static final int MANY = 1_000;
    private static final long SLICE_MS = 100;
    private static final long WATCHING_PAUSE_MS = 20;
    private static final long FIRST_POLL_MS = 5;
    private static final long LAST_POLL_MS = 250;
    private static final long OUTAGE_PAUSE_MS = 500;

    private final DoneSource source;
    private final Map<Long, List<Waiter>> waiting = new HashMap<>();
    private @Nullable Thread thread;
    private boolean closed;
    private volatile boolean poked;
    private long pollMs = FIRST_POLL_MS;
    /** Whether there was nobody who waits until a moment ago: the first one reads its task's state itself. */
    private boolean rested;

    /** What a waiter learns. */
    public record Seen(@Nullable TaskState state) {
        /** The row is not there, or another task's. */
        public boolean lost() {
            return state == null;
        }
    }

    /** Somebody who waits; completed by the listening thread, or never when the client is closed before. */
    public final class Waiter implements AutoCloseable {
        private final TaskKey task;
        private final TaskState target;
        private final CompletableFuture<Seen> arrival = new CompletableFuture<>();
        private volatile TaskState lastSeen = TaskState.QUEUED;

        private Waiter(TaskKey task, TaskState target) {
            this.task = task;
            this.target = target;
        }

        /** Completed when the task has arrived, its row is gone, or exceptionally when the client is closed. */
        public CompletableFuture<Seen> arrival() {
            return arrival;
        }

        /** Where the task stood when it was last looked at. */
        public TaskState lastSeen() {
            return lastSeen;
        }

        /** Tells it what was read; null when there is no such row. */
        public void see(TaskStates.@Nullable Row row) {
            if (row == null || !task.fits(row.token())) {
                arrival.complete(new Seen(null));
                return;
            }
            lastSeen = row.state();
            if (arrived(row.state(), target)) {
                arrival.complete(new Seen(row.state()));
            }
        }

        @Override
        public void close() {
            remove(this);
        }
    }

    /** Waiters whose thread reads from {@code source}. */
    public Waiters(DoneSource source) {
        this.source = source;
    }

    /** Whether a task that is in {@code state} has come to {@code target} or passed it. */
    public static boolean arrived(TaskState state, TaskState target) {
        return state.isFinal() || (!target.isFinal() && state.compareTo(target) >= 0);
    }

    /** Begins to wait. The caller then reads the state once itself, for what happened before this call. */
    public synchronized Waiter await(TaskKey task, TaskState target) {
        if (closed) {
            throw new IllegalStateException("the client is closed");
        }
        Waiter waiter = new Waiter(task, target);
        waiting.computeIfAbsent(task.id(), id -> new ArrayList<>(1)).add(waiter);
        poked = poked || !target.isFinal();
        if (pollMs > FIRST_POLL_MS) {
            pollMs = FIRST_POLL_MS;
            notifyAll();
        }
        if (thread == null) {
            thread = new Thread(this::run, "rework-waiters");
            thread.setDaemon(true);
            thread.start();
        } else if (waiting.size() == 1) {
            notifyAll();
        }
        return waiter;
    }

    private synchronized void remove(Waiter waiter) {
        List<Waiter> others = waiting.get(waiter.task.id());
        if (others != null && others.remove(waiter) && others.isEmpty()) {
            waiting.remove(waiter.task.id());
        }
    }

    private void run() {
        try {
            while (!idle()) {
                step();
            }
        } finally {
            source.close();
            synchronized (this) {
                thread = null;
                if (!closed && !waiting.isEmpty()) {
                    thread = new Thread(this::run, "rework-waiters");
                    thread.setDaemon(true);
                    thread.start();
                }
            }
        }
    }

    /** Waits while nobody waits; true when it has been so for long, or the client is closed. */
    private synchronized boolean idle() {
        long end = System.nanoTime() + IDLE_NANOS;
        rested = waiting.isEmpty();
        while (waiting.isEmpty() && !closed) {
            long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
            if (left <= 0) {
                return true;
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                return true;
            }
        }
        return closed;
    }

    /** Makes sure that it listens, reads all awaited states, and pauses until a wake-up or the next poll. */
    private void step() {
        try {
            boolean heardAll = rested && source.isListening();
            boolean listens = source.listen();
            poked = false;
            if (!heardAll) {
                look();
            }
            if (listens) {
                hear(listeningPauseMs());
            } else {
                sleep(nextPollMs());
            }
        } catch (SQLException | RuntimeException e) {
            // The caller's data source may throw anything; whoever waits goes on waiting through an outage.
            source.close();
            sleep(OUTAGE_PAUSE_MS);
        }
    }

    private void look() throws SQLException {
        long before = System.nanoTime();
        Set<Long> awaited = awaited();
        Map<Long, TaskStates.Row> states = source.states(awaited);
        for (Long task : awaited) {
            tell(task, states.get(task));
        }
        if (awaited.size() > MANY) {
            // Under a storm of wake-ups a large read takes no more than half of the time.
            sleep(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - before));
        }
    }

    /** In slices, for nobody can wake a thread that waits for notifications. */
    private void hear(long millis) throws SQLException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!poked && System.nanoTime() < end) {
            if (source.heard(Math.min(millis, SLICE_MS))) {
                return;
            }
        }
    }

    private synchronized void sleep(long millis) {
        try {
            if (!closed && millis > 0) {
                wait(millis);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized long nextPollMs() {
        long pause = pollMs;
        pollMs = Math.min(pollMs * 2, LAST_POLL_MS);
        return pause;
    }

    private synchronized long listeningPauseMs() {
        for (List<Waiter> each : waiting.values()) {
            for (Waiter waiter : each) {
                if (!waiter.target.isFinal()) {
                    // No notification says that a task begins.
                    return WATCHING_PAUSE_MS;
                }
            }
        }
        return LISTENING_PAUSE_MS;
    }

    private synchronized Set<Long> awaited() {
        return new HashSet<>(waiting.keySet());
    }

    private void tell(long task, TaskStates.@Nullable Row row) {
        List<Waiter> those;
        synchronized (this) {
            those = List.copyOf(waiting.getOrDefault(task, List.of()));
        }
        for (Waiter waiter : those) {
            waiter.see(row);
            if (waiter.arrival.isDone()) {
                remove(waiter);
            }
        }
    }

    /** Ends the thread; whoever still waits is told so. */
    @Override
    public void close() {
        List<Waiter> left = new ArrayList<>();
        Thread ending;
        synchronized (this) {
            closed = true;
            waiting.values().forEach(left::addAll);
            waiting.clear();
            ending = thread;
            notifyAll();
        }
        source.interrupt();
        for (Waiter waiter : left) {
            waiter.arrival.completeExceptionally(new IllegalStateException("the client is closed"));
        }
        if (ending != null && ending != Thread.currentThread()) {
            ending.interrupt();
        }
    }
}
