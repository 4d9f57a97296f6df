package dev.rework.cli;

import dev.rework.TaskFilter;
import dev.rework.TaskSnapshot;
import dev.rework.TaskState;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code rework list-tasks}. */
@Command(description = "Tasks, the newest last.")
final class ListTasks extends DatabaseCommand {
    @Mixin
    ListOptions which = new ListOptions();

    @Option(names = "--state", paramLabel = "STATE", description = "Only tasks in this state.")
    @Nullable
    TaskState state;

    @Option(names = "--operation", paramLabel = "NAME", description = "Only tasks of this operation.")
    @Nullable
    String operation;

    @Override
    protected ExitCode perform(Database database) {
        TaskFilter filter = new TaskFilter(which.domain, which.host, state, operation, which.limit(), which.after);
        List<TaskSnapshot> tasks = database.client().tasks(filter);
        output().list(
                        tasks,
                        new Output.Form<>(
                                TaskForm.KEYS, TaskForm::values, (task, palette) -> TaskForm.line(task, palette, "")));
        return ExitCode.DONE;
    }
}
