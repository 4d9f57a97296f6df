package dev.rework.monitor;

import dev.rework.Cause;
import dev.rework.internal.db.MonitorStore.Look;
import dev.rework.internal.db.MonitorStore.Order;
import dev.rework.internal.db.MonitorStore.Request;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/** The duty that carries out what people and timeouts ask for: aborts, kills and polite ends. The acts run elsewhere. */
final class KillRequested implements Duty {

    private static final long OLD_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final MonitorContext context;
    private final WorkerPool pool;
    private final LookAround look;
    private final Map<Order, Long> since = new ConcurrentHashMap<>();
    private final Set<Order> running = ConcurrentHashMap.newKeySet();

    KillRequested(MonitorContext context, WorkerPool pool, LookAround look) {
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
        since.keySet().retainAll(Set.copyOf(seen.orders()));
        seen.orders().forEach(this::abort);
        seen.requests().forEach(request -> pool.find(request.worker()).ifPresent(worker -> obey(worker, request)));
    }

    /** Has an attempt ended that is marked so in the database; once at a time. */
    void abort(Order order) {
        WorkerProcess worker = pool.find(order.worker()).orElse(null);
        if (worker == null || worker.doom().isPresent() || !running.add(order)) {
            return;
        }
        long first = since.computeIfAbsent(order, key -> System.nanoTime());
        context.acts().execute(() -> {
            try {
                new AbortOrder(context, worker).run(order, System.nanoTime() - first > OLD_NANOS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (RuntimeException e) {
                context.listener().details("task " + order.task() + " is not aborted yet: " + e);
            } finally {
                running.remove(order);
            }
        });
    }

    private void obey(WorkerProcess worker, Request request) {
        if (request.kill()) {
            String reason = request.reason().isEmpty() ? "its worker was killed" : request.reason();
            kill(worker, new WorkerProcess.Doom(Cause.ABORT, reason, AbortOrder.preemptive()));
        } else if (worker.stop("explicit shutdown")) {
            context.stores().workers().stopping(worker.id());
        }
    }

    /** Kills a worker and what it has in hand. */
    void kill(WorkerProcess worker, WorkerProcess.Doom doom) {
        if (worker.doom().isPresent()) {
            return;
        }
        context.acts().execute(() -> {
            try {
                AbortOrder.killNow(worker, doom);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }
}
