package dev.rework.monitor;

import dev.rework.internal.db.MonitorStore.Look;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The duty that asks the database what there is to do: at least once a second, and soon after somebody said that something
 * changed. What it saw counts for the duties after it in the same round.
 */
final class LookAround implements Duty {

    static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long GAP_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final long BUSY_GAP_NANOS = TimeUnit.MILLISECONDS.toNanos(200);

    private final MonitorContext context;
    private final WorkerPool pool;
    private boolean forced;
    private boolean wasForced;
    private boolean wanted;
    private @Nullable Long ready;
    private long lookedAt = System.nanoTime() - EVERY_NANOS;
    private @Nullable Look seen;
    private int idleBefore;

    LookAround(MonitorContext context, WorkerPool pool) {
        this.context = context;
        this.pool = pool;
    }

    /** The next round looks, whenever the last look was. */
    void force() {
        forced = true;
    }

    /** What this round saw; null when it did not look. */
    @Nullable
    Look seen() {
        return seen;
    }

    /** Whether this round looks because somebody steps by hand, and expects it to act at once. */
    boolean wasForced() {
        return wasForced;
    }

    /** How many workers were idle right before it looked: what it counted as queued, they may have taken since. */
    int idleBefore() {
        return idleBefore;
    }

    @Override
    public void run() {
        seen = null;
        wanted |= context.bell().takeLook();
        Long queued = context.bell().takeReady();
        ready = ready == null ? queued : ready;
        if (!forced && System.nanoTime() - next() < 0) {
            return;
        }
        MonitorOptions options = context.options();
        idleBefore = pool.idle().size();
        seen = context.stores().monitors().look(options.host(), options.domain(), 2 * options.maxWorkers() + 1);
        wasForced = forced;
        forced = false;
        wanted = false;
        ready = null;
        lookedAt = System.nanoTime();
    }

    /** When it wants to look next, by {@link System#nanoTime}. */
    long next() {
        if (wanted || forced) {
            return lookedAt + GAP_NANOS;
        }
        // Where everybody is busy and nobody can be added, more in the queue changes nothing.
        Long by = ready;
        if (by == null) {
            return lookedAt + EVERY_NANOS;
        }
        long gap = lookedAt + (pool.isSaturated() ? BUSY_GAP_NANOS : GAP_NANOS);
        return by - gap > 0 ? by : gap;
    }
}
