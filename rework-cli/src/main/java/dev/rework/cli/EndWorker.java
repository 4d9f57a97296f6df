package dev.rework.cli;

import dev.rework.internal.db.WorkerRow;
import dev.rework.internal.db.WorkerStore;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rework kill-worker} and {@code rework shutdown-worker}. */
final class EndWorker {
    private static final long PAUSE_NANOS = 100_000_000;

    private EndWorker() {}

    /** {@code rework kill-worker}. */
    @Command(description = "Has a worker killed by its monitor, and the task in its hands aborted.")
    static final class Kill extends DatabaseCommand {
        @Option(names = "--wait", description = "Return when it is dead.")
        boolean wait;

        @Option(names = "--reason", paramLabel = "TEXT", description = "Why; kept with the worker.")
        String reason = "from the command line";

        @Override
        protected List<String> needs() {
            return List.of("WORKER_ID");
        }

        @Override
        protected ExitCode perform(Database database) {
            WorkerStore store = new WorkerStore(database.jdbi());
            long id = id(0);
            answer(store, id, store.requestKill(id, reason));
            if (wait) {
                out().println(waited(store, id));
            }
            return ExitCode.DONE;
        }
    }

    /** {@code rework shutdown-worker}. */
    @Command(description = "Has a worker end after the task in its hands.")
    static final class Shutdown extends DatabaseCommand {
        @Option(names = "--wait", description = "Return when it is dead.")
        boolean wait;

        @Option(names = "--reason", paramLabel = "TEXT", description = "Why; kept with the worker.")
        String reason = "explicit shutdown";

        @Override
        protected List<String> needs() {
            return List.of("WORKER_ID");
        }

        @Override
        protected ExitCode perform(Database database) {
            WorkerStore store = new WorkerStore(database.jdbi());
            long id = id(0);
            answer(store, id, store.requestStop(id, reason));
            if (wait) {
                out().println(waited(store, id));
            }
            return ExitCode.DONE;
        }
    }

    private static void answer(WorkerStore store, long id, WorkerStore.Answer answer) {
        switch (answer) {
            case ASKED -> {}
            case DEAD ->
                throw new Refusal(ExitCode.ERROR, death(id, store.find(id).orElse(null)));
            case UNKNOWN ->
                throw new Refusal(ExitCode.UNKNOWN, "unknown worker " + id, "rework list-workers shows what there is");
        }
    }

    /** Waits for its death, which is its monitor's doing. */
    private static String waited(WorkerStore store, long id) {
        WorkerRow worker = store.find(id).orElse(null);
        while (worker != null && worker.finished() == null) {
            LockSupport.parkNanos(PAUSE_NANOS);
            worker = store.find(id).orElse(null);
        }
        return death(id, worker);
    }

    private static String death(long id, @Nullable WorkerRow worker) {
        String why = worker == null || worker.deathinfo() == null ? "" : ": " + TaskForm.shown(worker.deathinfo());
        return "worker " + id + " is dead" + why;
    }
}
