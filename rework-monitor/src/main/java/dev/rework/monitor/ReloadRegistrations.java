package dev.rework.monitor;

import dev.rework.internal.Control;
import dev.rework.internal.RegistrationIndex;
import java.nio.file.Path;

/** The duty that notices a new registration on this host, and tells the workers. Costs one look at a file. */
final class ReloadRegistrations implements Duty {

    private final MonitorContext context;
    private final WorkerPool pool;
    private final LookAround look;
    private final Path index;
    private String stamp;

    ReloadRegistrations(MonitorContext context, WorkerPool pool, LookAround look, Path index) {
        this.context = context;
        this.pool = pool;
        this.look = look;
        this.index = index;
        this.stamp = RegistrationIndex.stamp(index);
    }

    @Override
    public void run() {
        if (look.seen() == null) {
            return;
        }
        String now = RegistrationIndex.stamp(index);
        if (!now.equals(stamp)) {
            stamp = now;
            pool.all().forEach(worker -> worker.send(new Control.Reload()));
            context.bell().look();
        }
    }
}
