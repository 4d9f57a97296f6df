package dev.rework.cli;

import dev.rework.internal.db.WorkerRow;
import dev.rework.internal.db.WorkerStore;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code rework list-workers}. */
@Command(description = "Worker processes, the newest last, dead ones with the reason.")
final class ListWorkers extends DatabaseCommand {
    private static final List<String> STATES = List.of("starting", "idle", "busy", "stopping", "dead");

    @Mixin
    ListOptions which = new ListOptions();

    @Option(names = "--state", paramLabel = "STATE", description = "Only in this state: starting, idle, busy, …")
    @Nullable
    String state;

    @Override
    protected ExitCode perform(Database database) {
        String wanted = state == null ? null : state.toLowerCase(Locale.ROOT);
        if (wanted != null && !STATES.contains(wanted)) {
            throw new Refusal(
                    ExitCode.USAGE, "--state must be one of " + String.join(", ", STATES) + ", not `" + state + "`");
        }
        WorkerRow.Filter filter =
                new WorkerRow.Filter(which.domain, which.host, wanted, which.limit(), which.afterOrZero());
        output().list(new WorkerStore(database.jdbi()).list(filter), WorkerForm.FORM);
        return ExitCode.DONE;
    }
}
