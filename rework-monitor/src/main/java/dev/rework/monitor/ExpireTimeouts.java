package dev.rework.monitor;

import dev.rework.internal.db.MonitorStore.Late;
import dev.rework.internal.db.MonitorStore.Look;
import dev.rework.internal.db.MonitorStore.Order;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The duty that ends what runs longer than its operation allows. The monitor's own clock says when to ask, the database's
 * decides; only a running attempt is hit, by its name.
 */
final class ExpireTimeouts implements Duty {

    private static final long AGAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final MonitorContext context;
    private final WorkerPool pool;
    private final LookAround look;
    private final KillRequested kills;
    private long next = Long.MAX_VALUE;

    ExpireTimeouts(MonitorContext context, WorkerPool pool, LookAround look, KillRequested kills) {
        this.context = context;
        this.pool = pool;
        this.look = look;
        this.kills = kills;
    }

    @Override
    public void run() {
        Look seen = look.seen();
        if (seen != null) {
            seen.late().forEach(this::expire);
        }
        long now = System.nanoTime();
        long soonest = now + LookAround.EVERY_NANOS;
        for (WorkerProcess worker : pool.all()) {
            WorkerOutput.Hand hand = worker.hand();
            if (hand == null || hand.timeoutMillis() == 0 || worker.doom().isPresent()) {
                continue;
            }
            long deadline = hand.sinceNanos() + TimeUnit.MILLISECONDS.toNanos(hand.timeoutMillis());
            if (deadline - now <= 0) {
                expire(new Late(
                        worker.id(), hand.attempt().task(), hand.attempt().attempt(), hand.timeoutMillis()));
                deadline = System.nanoTime() + AGAIN_NANOS;
            }
            soonest = soonest - deadline < 0 ? soonest : deadline;
        }
        next = soonest;
    }

    private void expire(Late late) {
        if (context.stores().verdicts().expire(late)) {
            String reason = "ran longer than " + Duration.ofMillis(late.timeoutMillis());
            long grace = pool.find(late.worker())
                    .map(WorkerProcess::hand)
                    .map(WorkerOutput.Hand::graceMillis)
                    .orElse(0L);
            kills.abort(new Order(late.worker(), late.task(), late.attempt(), "timeout", reason, grace));
        }
    }

    /** When the next one may be due, by {@link System#nanoTime}. */
    long next() {
        return next;
    }
}
