package dev.rework.monitor;

import dev.rework.Cause;
import dev.rework.internal.Control;
import dev.rework.internal.HandCell.Begun;
import dev.rework.internal.ProcessFamilies;
import dev.rework.internal.db.WorkerStore.Sample;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The duty that watches what each worker's process tree uses, every second while any is busy, and kills one that passes
 * the hard limit. What changed noticeably is stored, at most every five seconds, and of busy workers once a minute; a busy
 * pool's first figures at once.
 */
final class SampleResources implements Duty {

    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final long STORE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long ANYHOW_NANOS = TimeUnit.SECONDS.toNanos(60);

    private final MonitorContext context;
    private final WorkerPool pool;
    private final KillRequested kills;
    private Map<Long, Seen> seen = new HashMap<>();
    private @Nullable ResourceReader reader;
    private long ranAt = System.nanoTime() - EVERY_NANOS;
    private long storedAt = System.nanoTime() - STORE_NANOS;
    private boolean urgent;

    /** The last reading of a worker, and what was stored of it. */
    private record Seen(
            long cpuMillis,
            long nanos,
            Sample now,
            @Nullable Sample stored,
            long storedNanos) {}

    SampleResources(MonitorContext context, WorkerPool pool, KillRequested kills) {
        this.context = context;
        this.pool = pool;
        this.kills = kills;
    }

    @Override
    public void run() {
        long now = System.nanoTime();
        if (now - ranAt < (isQuiet() ? IDLE_NANOS : EVERY_NANOS)) {
            return;
        }
        ranAt = now;
        ProcessFamilies families = ProcessFamilies.now();
        Map<Long, Seen> next = new HashMap<>();
        for (WorkerProcess worker : pool.all()) {
            // One that is only starting needs its CPU itself, and oshi its own time to load.
            if (worker.isReported()) {
                Seen after = look(worker, families);
                next.put(worker.id(), after);
                enforce(worker, after.now.memoryMb());
            }
        }
        seen = next;
        if ((urgent || now - storedAt >= STORE_NANOS) && !context.outage().isResting()) {
            store();
        }
    }

    @Override
    public boolean needsDatabase() {
        return false;
    }

    /** Nobody has anything in hand, and everybody was looked at since. */
    private boolean isQuiet() {
        return pool.all().stream().allMatch(this::isQuiet);
    }

    private boolean isQuiet(WorkerProcess worker) {
        Seen last = seen.get(worker.id());
        return last != null
                && !worker.isAdopted()
                && worker.hand() == null
                && System.nanoTime() - last.nanos < worker.idleNanos();
    }

    private Seen look(WorkerProcess worker, ProcessFamilies families) {
        Seen before = seen.get(worker.id());
        ResourceReader read = reader;
        if (read == null) {
            read = new ResourceReader();
            reader = read;
        }
        ResourceReader.Use use = read.read(worker.facts().identity().pid(), families);
        worker.memory(use.memoryMb());
        tell(worker, use);
        long now = System.nanoTime();
        int cpu = 0;
        if (before != null && now > before.nanos) {
            long used = Math.max(0, use.cpuMillis() - before.cpuMillis);
            cpu = (int) Math.min(100_000, used * 100_000_000L / (now - before.nanos));
        }
        Sample sample = new Sample(worker.id(), use.memoryMb(), cpu);
        return before == null
                ? new Seen(use.cpuMillis(), now, sample, null, now)
                : new Seen(use.cpuMillis(), now, sample, before.stored, before.storedNanos);
    }

    /** A worker knows its own peak; not that of its children. */
    private static void tell(WorkerProcess worker, ResourceReader.Use use) {
        WorkerOutput.Hand hand = worker.hand();
        if (hand != null && use.processes() > 1) {
            Begun attempt = hand.attempt();
            worker.send(new Control.Peak(attempt.task(), attempt.attempt(), use.memoryMb()));
        }
    }

    private void enforce(WorkerProcess worker, int memoryMb) {
        int limit = context.options().hardMemoryMb();
        if (limit > 0 && memoryMb > limit && worker.doom().isEmpty()) {
            String reason = "used " + memoryMb + " MiB where " + limit + " MiB are allowed";
            context.listener().says(worker + " is killed: " + reason);
            // Its history should end with what it died of.
            urgent = true;
            kills.kill(worker, new WorkerProcess.Doom(Cause.MEMORY, reason, "preemptive kill: " + reason));
        }
    }

    private void store() {
        urgent = false;
        long now = System.nanoTime();
        List<Sample> changed = new ArrayList<>();
        seen.forEach((id, value) -> {
            boolean anyhow = now - value.storedNanos >= ANYHOW_NANOS && isBusy(id);
            if (anyhow || isNews(value.now, value.stored)) {
                changed.add(value.now);
            }
        });
        if (!changed.isEmpty()) {
            storedAt = now;
            // Those whose rows somebody just writes have their turn the next time.
            for (Long id : context.stores().workers().sampled(changed)) {
                seen.computeIfPresent(
                        id, (key, value) -> new Seen(value.cpuMillis, value.nanos, value.now, value.now, now));
            }
        }
    }

    private boolean isBusy(long id) {
        return pool.find(id).map(WorkerProcess::hand).isPresent();
    }

    private static boolean isNews(Sample now, @Nullable Sample stored) {
        return stored == null
                || Math.abs(now.memoryMb() - stored.memoryMb()) > Math.max(2, stored.memoryMb() / 20)
                || Math.abs(now.cpuPercent() - stored.cpuPercent()) > 5;
    }
}
