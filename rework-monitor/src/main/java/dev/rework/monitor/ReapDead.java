package dev.rework.monitor;

import dev.rework.internal.db.WorkerStore.Live;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * The duty that finds workers of this host and domain that are in the database and not in the pool: those a dead monitor
 * left, at first, and later any whose end nobody could write down. Living ones are adopted, for the others there is an
 * inquest. The ends of its own workers the pool hears at once.
 */
final class ReapDead implements Duty {

    private static final long EVERY_NANOS = TimeUnit.SECONDS.toNanos(15);

    private final MonitorContext context;
    private final WorkerPool pool;
    private final Set<Long> suspects = new HashSet<>();
    private boolean first = true;
    private long ranAt;

    ReapDead(MonitorContext context, WorkerPool pool) {
        this.context = context;
        this.pool = pool;
    }

    @Override
    public void run() {
        if (!first && System.nanoTime() - ranAt < EVERY_NANOS) {
            return;
        }
        ranAt = System.nanoTime();
        MonitorOptions options = context.options();
        List<Live> live = context.stores().workers().live(options.host(), options.domain());
        live.stream().filter(row -> pool.find(row.id()).isEmpty()).forEach(this::take);
        suspects.retainAll(live.stream().map(Live::id).toList());
        first = false;
    }

    private void take(Live row) {
        boolean here = ProcessIdentity.isHere(row.bootId(), row.pidSpace());
        boolean sameBoot = row.bootId().equals(ProcessIdentity.BOOT);
        Optional<ProcessHandle> process = here ? process(row) : Optional.empty();
        if (process.isPresent()) {
            context.listener().says("worker #" + row.id() + " goes on from an earlier monitor");
            pool.adopt(row, process.get());
        } else if (here || !sameBoot) {
            // Later it may only be that its inquest is still being held: twice in a row it is not.
            if (first || !suspects.add(row.id())) {
                pool.foundDead(row, here);
            }
        }
        // Same boot in another pid space: only its lease can tell, which ReapLostHosts sees.
    }

    private static Optional<ProcessHandle> process(Live row) {
        Integer pid = row.pid();
        if (pid != null) {
            return new ProcessIdentity(pid, row.pidStart()).handle();
        }
        return ProcessTree.tagged(row.tag().toString()).stream().findFirst();
    }
}
