package dev.rework.monitor;

import dev.rework.internal.db.MonitorStore.Look;
import java.util.Collection;
import java.util.Comparator;
import java.util.concurrent.TimeUnit;

/** The duty that keeps as many workers as the queue deserves, and tells idle ones that something is queued. */
final class SizePool implements Duty {

    private static final long PATIENCE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    private final MonitorContext context;
    private final WorkerPool pool;
    private final LookAround look;
    private boolean closed;
    private boolean isQueued;
    private long queuedSince;

    SizePool(MonitorContext context, WorkerPool pool, LookAround look) {
        this.context = context;
        this.pool = pool;
        this.look = look;
    }

    /** Starts and stops nobody from here on; false when that was so before. */
    boolean close() {
        boolean first = !closed;
        closed = true;
        return first;
    }

    @Override
    public void run() {
        Look seen = look.seen();
        if (seen == null || closed) {
            return;
        }
        pool.letIn();
        if (seen.queued() > 0) {
            pool.wake(seen.queued());
        }
        PoolSizing.Pool state = state(seen.queued());
        PoolSizing decision = PoolSizing.of(lasting(state));
        for (int i = 0; i < decision.start() && pool.mayStart(); i++) {
            pool.start();
        }
        if (decision.stop() > 0) {
            shrink();
        }
    }

    /** A queue that those at work empty in a moment deserves no further process: it counts once it has lasted. */
    private PoolSizing.Pool lasting(PoolSizing.Pool state) {
        long now = System.nanoTime();
        boolean waits = state.queued() > state.idle();
        queuedSince = waits && isQueued ? queuedSince : now;
        isQueued = waits;
        boolean atWork = state.total() - state.starting() - state.parked() > 0;
        if (!waits || !atWork || look.wasForced() || now - queuedSince >= PATIENCE_NANOS) {
            return state;
        }
        context.bell().look();
        return state.queued(state.idle() + state.starting());
    }

    private PoolSizing.Pool state(int queued) {
        Collection<WorkerProcess> all = pool.all();
        int ending = count(all, WorkerProcess::isEnding);
        int idle = count(all, WorkerProcess::isIdle);
        return new PoolSizing.Pool(
                context.options().minWorkers(),
                context.options().maxWorkers(),
                all.size() - ending,
                ending,
                count(all, worker -> (!worker.isReported() || worker.isWaiting()) && !worker.isEnding()),
                queued == 0 ? idle : Math.max(idle, look.idleBefore()),
                count(all, worker -> worker.isParked() && !worker.isEnding()),
                count(all, worker -> worker.isOnLast() && !worker.isParked() && !worker.isEnding()),
                queued);
    }

    /** Ends the one that has been idle longest, unless work came a moment ago. */
    private void shrink() {
        pool.idle().stream()
                .filter(worker ->
                        worker.idleNanos() >= context.options().linger().toNanos())
                .max(Comparator.comparingLong(WorkerProcess::idleNanos))
                .filter(worker -> worker.stop("explicit shutdown"))
                .ifPresent(worker -> context.stores().workers().stopping(worker.id()));
    }

    private static int count(Collection<WorkerProcess> all, java.util.function.Predicate<WorkerProcess> which) {
        return (int) all.stream().filter(which).count();
    }
}
