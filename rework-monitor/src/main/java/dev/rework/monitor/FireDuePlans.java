package dev.rework.monitor;

import dev.rework.internal.db.MonitorStore.Look;

/** The duty that fires plans, where there are any. */
final class FireDuePlans implements Duty {

    private final MonitorContext context;
    private final LookAround look;
    private boolean hasPlans;

    FireDuePlans(MonitorContext context, LookAround look) {
        this.context = context;
        this.look = look;
    }

    @Override
    public void run() {
        Look seen = look.seen();
        hasPlans = seen == null ? hasPlans : seen.hasPlans();
        if (hasPlans) {
            context.bell();
        }
    }
}
