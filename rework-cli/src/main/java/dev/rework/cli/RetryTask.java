package dev.rework.cli;

import dev.rework.Task;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code rework retry-task}. */
@Command(description = "Schedules a new task of the same operation, input and metadata, and prints its id.")
final class RetryTask extends DatabaseCommand {
    @Override
    protected List<String> needs() {
        return List.of("TASK_ID");
    }

    @Override
    protected ExitCode perform(Database database) {
        long id = id(0);
        Task<Object> task = database.client().find(id).orElseThrow(() -> LogFollower.unknown(id));
        if (!task.state().isFinal()) {
            throw new Refusal(
                    ExitCode.ERROR,
                    "task " + id + " is still " + TaskForm.lower(task.state()),
                    "only a finished task is run again; rework abort-task " + id + " ends it");
        }
        out().println(task.retry().id());
        return ExitCode.DONE;
    }
}
