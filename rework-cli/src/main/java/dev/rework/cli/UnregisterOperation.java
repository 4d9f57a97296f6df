package dev.rework.cli;

import dev.rework.internal.Registrar;
import dev.rework.internal.db.RegistrationStore;
import dev.rework.internal.db.TaskStore;
import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rework unregister-operation}. */
@Command(description = "Takes an operation back from the hosts that registered it. Its tasks stay.")
final class UnregisterOperation extends DatabaseCommand {
    @Option(names = "--domain", paramLabel = "DOMAIN", description = "Only in this domain.")
    @Nullable
    String domain;

    @Option(names = "--module", paramLabel = "PATTERN", description = "Only from paths LIKE this (%% for anything).")
    @Nullable
    String module;

    @Option(names = "--host", paramLabel = "HOST", description = "Only on this host.")
    @Nullable
    String host;

    @Option(names = "--fail-queued", description = "Cancel the tasks that wait for it instead of refusing.")
    boolean failQueued;

    @Option(names = "--yes", description = "Do not ask.")
    boolean yes;

    @Option(names = "--no-confirm", hidden = true)
    boolean noConfirm;

    @Override
    protected List<String> needs() {
        return List.of("OPERATION");
    }

    @Override
    protected ExitCode perform(Database database) throws IOException {
        RegistrationStore store = new RegistrationStore(database.jdbi());
        List<RegistrationStore.Row> rows = store.find(word(0), domain, module, host);
        if (rows.isEmpty()) {
            throw new Refusal(ExitCode.UNKNOWN, "Nothing to unregister", "rework list-operations shows what there is");
        }
        List<Long> tasks = store.tasksInTheWay(rows);
        if (!tasks.isEmpty() && !failQueued) {
            throw new Refusal(
                    ExitCode.ERROR,
                    "tasks wait for it: " + tasks.stream().map(String::valueOf).collect(Collectors.joining(", ")),
                    "let them run, abort them one by one, or add --fail-queued");
        }
        out().println("preparing de-registration of:");
        rows.forEach(this::show);
        if (!yes && !noConfirm && !confirmed()) {
            out().println("Ok, nothing has been done.");
            return ExitCode.DONE;
        }
        rows.forEach(this::show);
        Registrar.unregister(database.connections(), rows, rework().shell().home());
        cancelQueued(database, store, rows);
        return ExitCode.DONE;
    }

    /** Batch by batch, after the retirement: what is scheduled from now on is refused or meant for another host. */
    private void cancelQueued(Database database, RegistrationStore store, List<RegistrationStore.Row> rows) {
        TaskStore tasks = new TaskStore(database.jdbi());
        List<Long> waiting = failQueued ? store.tasksInTheWay(rows) : List.of();
        while (!waiting.isEmpty()) {
            waiting.forEach(id -> tasks.abort(id, "its operation was unregistered"));
            waiting = store.tasksInTheWay(rows);
        }
    }

    private void show(RegistrationStore.Row row) {
        out().println("delete " + TaskForm.shown(row.name()) + " " + TaskForm.shown(row.domain()) + " "
                + TaskForm.shown(row.path()) + " " + TaskForm.shown(row.host()));
    }

    private boolean confirmed() throws IOException {
        out().print("really remove those [y/n]? [y/N]: ");
        out().flush();
        int first = rework().shell().in().read();
        return first == 'y' || first == 'Y';
    }
}
