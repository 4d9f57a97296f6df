package dev.rework.monitor;

import dev.rework.internal.Control;
import java.util.concurrent.TimeUnit;

/**
 * The duty that keeps the monitor's lease, every two seconds, and tells its workers that it did. After a statement without
 * an answer it renews only once it was answered another: a host that is heard and hears nothing must fall silent, too.
 */
final class RenewLease implements Duty {

    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final MonitorContext context;
    private final WorkerPool pool;
    private final Runnable lost;
    private long renewedAt = System.nanoTime();

    /**
     * The duty.
     *
     * @param lost called when another monitor has ended this one's row
     */
    RenewLease(MonitorContext context, WorkerPool pool, Runnable lost) {
        this.context = context;
        this.pool = pool;
        this.lost = lost;
    }

    @Override
    public void run() {
        if (System.nanoTime() - renewedAt < EVERY_NANOS) {
            return;
        }
        if (context.outage().isOn()) {
            context.stores().monitors().hear();
        }
        if (!context.stores().monitors().renew(context.id())) {
            lost.run();
            return;
        }
        renewedAt = System.nanoTime();
        pool.all().forEach(worker -> worker.send(new Control.Lease()));
    }
}
