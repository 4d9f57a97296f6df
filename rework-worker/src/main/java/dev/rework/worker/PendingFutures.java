package dev.rework.worker;

import dev.rework.JoinRefused;
import dev.rework.internal.JoinListener;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What a task has asked a future for and does not have yet. Nobody can tell who waits for a future, and how: so while the
 * operation's own thread waits, for whatever it is, the task is said to join them one after the other. Threads may share it.
 */
final class PendingFutures implements Runnable {
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(10);
    private static final int LOOKS = 2;
    private static final long AGAIN_NANOS = TimeUnit.SECONDS.toNanos(5);

    private final JoinListener joins;
    private final Thread operation;
    private final Queue<Pending> pending = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean started = new AtomicBoolean();
    private final Thread thread = new Thread(this, "rework-futures");
    private volatile boolean closed;
    private @Nullable Pending joined;
    private int waiting;
    private long lookedAgain;

    private record Pending(long task, CompletableFuture<?> arrival) {}

    /** Tells {@code joins} on behalf of the thread that runs the operation. */
    PendingFutures(JoinListener joins, Thread operation) {
        this.joins = joins;
        this.operation = operation;
    }

    /** Does not block. */
    void add(long task, CompletableFuture<?> arrival) {
        pending.add(new Pending(task, arrival));
        if (started.compareAndSet(false, true)) {
            thread.setDaemon(true);
            thread.start();
        } else {
            LockSupport.unpark(thread);
        }
    }

    @Override
    public void run() {
        while (!closed) {
            step();
            if (pending.isEmpty()) {
                LockSupport.park();
            } else {
                LockSupport.parkNanos(LOOK_NANOS);
            }
        }
    }

    /** One look. */
    private synchronized void step() {
        if (closed) {
            return;
        }
        pending.removeIf(each -> each.arrival.isDone());
        waiting = isWaiting() ? waiting + 1 : 0;
        Pending first = pending.peek();
        if (waiting == 0 || first == null) {
            leave();
        } else if (joined != null && joined.equals(first)) {
            lookAgain(first);
        } else if (waiting >= LOOKS) {
            join(first);
        }
    }

    /** A thread that computes, or reads from a socket, does not; one that polls with pauses does. */
    private boolean isWaiting() {
        return switch (operation.getState()) {
            case WAITING, TIMED_WAITING -> true;
            case NEW, RUNNABLE, BLOCKED, TERMINATED -> false;
        };
    }

    private void join(Pending next) {
        try {
            joins.parked(next.task);
        } catch (JoinRefused e) {
            refused(next, e);
            return;
        }
        leave();
        joined = next;
        lookedAgain = System.nanoTime();
    }

    private void leave() {
        Pending last = joined;
        joined = null;
        if (last != null) {
            joins.unparked(last.task);
        }
    }

    private void lookAgain(Pending still) {
        long now = System.nanoTime();
        if (now - lookedAgain < AGAIN_NANOS) {
            return;
        }
        lookedAgain = now;
        try {
            joins.stillParked(still.task);
        } catch (JoinRefused e) {
            leave();
            refused(still, e);
        }
    }

    private void refused(Pending which, JoinRefused reason) {
        pending.remove(which);
        which.arrival.completeExceptionally(reason);
    }

    /** The operation has returned: it waits for nothing any more. */
    void close() {
        closed = true;
        LockSupport.unpark(thread);
        if (started.get()) {
            synchronized (this) {
                leave();
            }
        }
    }
}
