package dev.rework.monitor;

import dev.rework.Cause;

/** The duty that gives up on workers that do not report in. */
final class StartDeadline implements Duty {

    private final MonitorContext context;
    private final WorkerPool pool;
    private final KillRequested kills;

    StartDeadline(MonitorContext context, WorkerPool pool, KillRequested kills) {
        this.context = context;
        this.pool = pool;
        this.kills = kills;
    }

    @Override
    public void run() {
        long patience = context.options().startTimeout().toNanos();
        for (WorkerProcess worker : pool.all()) {
            if (!worker.isReported() && worker.ageNanos() > patience) {
                String reason = "timeout while starting";
                kills.kill(worker, new WorkerProcess.Doom(Cause.CRASH, reason, reason));
            }
        }
    }

    @Override
    public boolean needsDatabase() {
        return false;
    }
}
