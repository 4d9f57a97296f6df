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

    private final MonitorContext context;
    private boolean forced;
    private boolean wanted;
    private long lookedAt = System.nanoTime() - EVERY_NANOS;
    private @Nullable Look seen;

    LookAround(MonitorContext context) {
        this.context = context;
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

    @Override
    public void run() {
        seen = null;
        wanted |= context.bell().takeLook();
        long since = System.nanoTime() - lookedAt;
        if (!forced && since < (wanted ? GAP_NANOS : EVERY_NANOS)) {
            return;
        }
        MonitorOptions options = context.options();
        seen = context.stores().monitors().look(options.host(), options.domain(), 2 * options.maxWorkers() + 1);
        forced = false;
        wanted = false;
        lookedAt = System.nanoTime();
    }

    /** When it wants to look next, by {@link System#nanoTime}. */
    long next() {
        return lookedAt + (wanted || forced ? GAP_NANOS : EVERY_NANOS);
    }
}
