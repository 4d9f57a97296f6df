package dev.rework.cli;

import dev.rework.TaskSnapshot;
import dev.rework.internal.db.TaskStore;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rework abort-task}. */
@Command(description = "Cancels a task that has not begun, or has its worker killed when it runs.")
final class AbortTask extends DatabaseCommand {
    @Option(names = "--reason", paramLabel = "TEXT", description = "Why; kept with the task.")
    String reason = "from the command line";

    @Override
    protected List<String> needs() {
        return List.of("TASK_ID");
    }

    @Override
    protected ExitCode perform(Database database) {
        long id = id(0);
        TaskStore store = new TaskStore(database.jdbi());
        TaskStore.AbortAnswer answer = store.abort(id, reason);
        switch (answer) {
            case CANCELLED -> out().println("task " + id + " is cancelled: it had not begun");
            case ASKED -> out().println("task " + id + " is being aborted by its monitor");
            case ABORTING -> out().println("task " + id + " was being aborted already");
            case FINISHED ->
                throw new Refusal(
                        ExitCode.ERROR,
                        "task " + id + " had already finished"
                                + store.find(id).map(AbortTask::state).orElse(""));
            case UNKNOWN -> throw LogFollower.unknown(id);
        }
        return ExitCode.DONE;
    }

    private static String state(TaskSnapshot task) {
        return ": it is " + TaskForm.lower(task.state());
    }
}
