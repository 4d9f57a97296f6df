package dev.rework.monitor;

import dev.rework.internal.db.MonitorStore.Look;
import java.time.Clock;

/** The duty that fires plans, where there are any. */
final class FireDuePlans implements Duty {

    private final MonitorContext context;
    private final LookAround look;
    private final FirePlans plans;
    private boolean hasPlans;

    FireDuePlans(MonitorContext context, LookAround look) {
        this.context = context;
        this.look = look;
        // The database's clock decides, but for tests that set one.
        Clock clock = context.clock();
        this.plans = new FirePlans(
                context.database(), context.options().domain(), clock.equals(Clock.systemUTC()) ? null : clock);
    }

    @Override
    public void run() {
        Look seen = look.seen();
        hasPlans = seen == null ? hasPlans : seen.hasPlans();
        if (hasPlans && plans.step() > 0) {
            context.bell().look();
        }
    }

    /** When something may be due, by {@link System#nanoTime}. */
    long next() {
        return System.nanoTime() + (hasPlans ? plans.idle().toNanos() : LookAround.EVERY_NANOS);
    }
}
