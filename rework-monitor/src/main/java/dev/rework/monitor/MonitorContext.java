package dev.rework.monitor;

import dev.rework.internal.db.DumpStore;
import dev.rework.internal.db.MonitorStore;
import dev.rework.internal.db.Retention;
import dev.rework.internal.db.TaskVerdicts;
import dev.rework.internal.db.WorkerStore;
import java.time.Clock;
import java.util.concurrent.ExecutorService;
import javax.sql.DataSource;

/**
 * What the duties of a running monitor share.
 *
 * @param id of its row
 * @param acts runs what is slow: kills, inquests
 */
record MonitorContext(
        long id,
        MonitorOptions options,
        MonitorListener listener,
        Clock clock,
        Bell bell,
        Outage outage,
        DataSource database,
        Stores stores,
        LogWriter log,
        ExecutorService acts) {

    /** The tables. */
    record Stores(
            WorkerStore workers, MonitorStore monitors, TaskVerdicts verdicts, DumpStore dumps, Retention retention) {}
}
