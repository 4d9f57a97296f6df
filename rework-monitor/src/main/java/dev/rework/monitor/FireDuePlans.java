package dev.rework.monitor;

import dev.rework.internal.db.MonitorStore.Look;
import java.time.Clock;

/** The duty that fires plans, where there are any. */
final class FireDuePlans implements Duty {

    private final MonitorContext context;
    private final LookAround look;
    private final FirePlans plans;
    private final boolean isClockSet;
    private boolean hasPlans;
    private boolean isWatching;

    FireDuePlans(MonitorContext context, LookAround look) {
        this.context = context;
        this.look = look;
        // The database's clock decides, but for tests that set one.
        Clock clock = context.clock();
        this.isClockSet = !clock.equals(Clock.systemUTC());
        this.plans = new FirePlans(context.database(), context.options().domain(), isClockSet ? clock : null);
    }

    @Override
    public void run() {
        Look seen = look.seen();
        hasPlans = seen == null ? hasPlans : seen.hasPlans();
        if (!hasPlans) {
            return;
        }
        if (isClockSet && isWatching) {
            // A test has put the clock forward, and the monitor was there all the time.
            plans.keptWatch();
        }
        isWatching = true;
        if (plans.step() > 0) {
            context.bell().look();
        }
    }

    /** When something may be due, by {@link System#nanoTime}. */
    long next() {
        return System.nanoTime() + (hasPlans ? plans.idle().toNanos() : LookAround.EVERY_NANOS);
    }
}
