package dev.rework.monitor;

import dev.rework.internal.Control;
import dev.rework.internal.HandCell.Begun;
import dev.rework.internal.db.MonitorStore.Look;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** The duty that takes the thread dumps people ask for, and the means to take one; the taking runs elsewhere. */
final class TakeDumps implements Duty {

    private static final long PATIENCE_MILLIS = 2_000;

    private final MonitorContext context;
    private final WorkerPool pool;
    private final LookAround look;
    private final Set<Long> running = ConcurrentHashMap.newKeySet();

    TakeDumps(MonitorContext context, WorkerPool pool, LookAround look) {
        this.context = context;
        this.pool = pool;
        this.look = look;
    }

    @Override
    public void run() {
        Look seen = look.seen();
        if (seen == null) {
            return;
        }
        for (long id : seen.dumps()) {
            WorkerProcess worker = pool.find(id).orElse(null);
            if (worker != null && running.add(id)) {
                context.acts().execute(() -> dump(worker));
            }
        }
    }

    private void dump(WorkerProcess worker) {
        try {
            WorkerOutput.Hand hand = worker.hand();
            String content = hand == null ? null : take(worker, PATIENCE_MILLIS);
            if (hand != null && content != null) {
                store(context, hand.attempt(), content);
            }
            context.stores().dumps().taken(worker.id());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            context.listener().details("a thread dump is not taken yet: " + e.getMessage());
        } finally {
            running.remove(worker.id());
        }
    }

    /** A worker's dump; null when it does not answer in time. */
    static @Nullable String take(WorkerProcess worker, long millis) throws InterruptedException {
        return within(ask(worker), millis);
    }

    /** Asks for one. */
    static CompletableFuture<String> ask(WorkerProcess worker) {
        long number = worker.answers().nextDump();
        CompletableFuture<String> dump = worker.answers().dump(number);
        worker.send(new Control.Dump(number));
        return dump;
    }

    /** One that was asked for; null when it does not come in time. */
    static @Nullable String within(CompletableFuture<String> dump, long millis) throws InterruptedException {
        try {
            return dump.get(millis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return null;
        }
    }

    /** Keeps one; that it cannot be kept is no reason to stop. */
    static void store(MonitorContext context, Begun attempt, String content) {
        try {
            context.stores().dumps().store(attempt.task(), attempt.attempt(), content);
        } catch (RuntimeException e) {
            context.listener().details("a thread dump is not stored: " + e.getMessage());
        }
    }
}
