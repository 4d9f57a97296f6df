package dev.rework.cli;

import dev.rework.TaskSnapshot;
import dev.rework.internal.PlainText;
import dev.rework.internal.db.DumpStore;
import dev.rework.internal.db.TaskStore;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine.Command;

/** {@code rework dump-task}. */
@Command(
        description = "A thread dump of the worker that runs a task, on whatever host; of one that has ended, the"
                + " dump taken before it was killed.")
final class DumpTask extends DatabaseCommand {
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    @Override
    protected List<String> needs() {
        return List.of("TASK_ID");
    }

    @Override
    protected ExitCode perform(Database database) {
        long id = id(0);
        TaskSnapshot task = new TaskStore(database.jdbi()).find(id).orElseThrow(() -> LogFollower.unknown(id));
        List<DumpStore.Dump> dumps = dumps(new DumpStore(database.jdbi()), id);
        if (dumps.isEmpty()) {
            throw new Refusal(
                    ExitCode.ERROR, "task " + id + " is " + TaskForm.lower(task.state()) + " and has no thread dump");
        }
        DumpStore.Dump newest = dumps.get(0);
        out().println("task " + id + ", attempt " + newest.attempt() + ", "
                + Stamp.people(newest.taken().atOffset(ZoneOffset.UTC)));
        out().println(PlainText.shown(newest.content(), true).stripTrailing());
        return ExitCode.DONE;
    }

    /** Asks for a new one and waits a moment for it. */
    private static List<DumpStore.Dump> dumps(DumpStore store, long task) {
        List<DumpStore.Dump> before = store.of(task);
        if (!store.request(task)) {
            return before;
        }
        long end = System.nanoTime() + PATIENCE_NANOS;
        List<DumpStore.Dump> now = store.of(task);
        while (now.equals(before) && System.nanoTime() - end < 0) {
            LockSupport.parkNanos(PAUSE_NANOS);
            now = store.of(task);
        }
        return now;
    }
}
