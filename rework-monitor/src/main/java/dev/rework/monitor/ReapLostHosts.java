package dev.rework.monitor;

import dev.rework.internal.db.TaskVerdicts.Lease;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The duty that declares workers of silent hosts lost, of any domain. A host is silent once the leases of worker and monitor
 * have both passed, and this monitor has itself watched them unchanged for a whole lease: after an outage of the database
 * it watches anew.
 */
final class ReapLostHosts implements Duty {

    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(5);
    /** While somebody has not renewed since the last look. */
    private static final long CLOSELY_NANOS = TimeUnit.SECONDS.toNanos(1);

    private static final long LEASE_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final MonitorContext context;
    private Map<Long, Watched> watched = new HashMap<>();
    private long ranAt = System.nanoTime() - EVERY_NANOS;
    private boolean closely;

    /** A lease, and since when it has not changed. */
    private record Watched(long lease, long sinceNanos) {}

    ReapLostHosts(MonitorContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        long now = System.nanoTime();
        if (now - ranAt < (closely ? CLOSELY_NANOS : EVERY_NANOS)) {
            return;
        }
        if (now - ranAt > 3 * EVERY_NANOS) {
            watched.clear();
        }
        MonitorOptions options = context.options();
        Map<Long, Watched> next = new HashMap<>();
        boolean unchanged = false;
        for (Lease lease : context.stores().verdicts().others(options.host(), options.domain())) {
            Watched before = watched.get(lease.worker());
            boolean same = before != null && before.lease == lease.lease();
            Watched after = before != null && same ? before : new Watched(lease.lease(), now);
            unchanged |= same;
            next.put(lease.worker(), after);
            if (lease.passed()
                    && now - after.sinceNanos >= LEASE_NANOS
                    && context.stores().verdicts().lost(lease)) {
                context.listener()
                        .says("worker #" + lease.worker() + " of host " + lease.host() + ", domain " + lease.domain()
                                + ", is lost: the host fell silent");
            }
        }
        watched = next;
        closely = unchanged;
        ranAt = now;
    }
}
