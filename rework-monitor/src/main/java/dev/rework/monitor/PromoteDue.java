package dev.rework.monitor;

import dev.rework.internal.db.MonitorStore.Look;
import java.util.concurrent.TimeUnit;

/** The duty that queues scheduled tasks, of any domain, once they are due; sleeps until the next one is. */
final class PromoteDue implements Duty {

    private static final int BATCH = 1000;

    private final MonitorContext context;
    private final LookAround look;
    private long due = Long.MAX_VALUE;
    private boolean expects;

    PromoteDue(MonitorContext context, LookAround look) {
        this.context = context;
        this.look = look;
    }

    @Override
    public void run() {
        Look seen = look.seen();
        if (seen != null) {
            Long millis = seen.dueInMillis();
            expects = millis != null;
            due = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis == null ? 0 : Math.min(millis, 3_600_000));
        }
        if (expects && due - System.nanoTime() <= 0) {
            int promoted = context.stores().verdicts().promote();
            expects = promoted == BATCH;
            if (promoted > 0) {
                context.bell().look();
            }
        }
    }

    /** When the next one is due, by {@link System#nanoTime}. */
    long next() {
        return expects ? due : System.nanoTime() + LookAround.EVERY_NANOS;
    }
}
