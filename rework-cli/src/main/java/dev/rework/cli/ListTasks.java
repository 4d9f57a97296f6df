package dev.rework.cli;

import dev.rework.TaskFilter;
import dev.rework.TaskSnapshot;
import dev.rework.TaskState;
import dev.rework.internal.PlainText;
import dev.rework.internal.db.LogStore;
import dev.rework.internal.db.TaskStore;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
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

    @Option(names = "--logcount", negatable = true, description = "How many captured lines each has.")
    boolean logCount;

    @Option(names = "--tracebacks", negatable = true, description = "The stack trace under each failed one.")
    boolean tracebacks;

    @Override
    protected ExitCode perform(Database database) {
        TaskFilter filter = new TaskFilter(which.domain, which.host, state, operation, which.limit(), which.after);
        List<TaskSnapshot> tasks = new TaskStore(database.jdbi()).list(filter);
        Map<Long, Long> counts = logCount ? counts(database, tasks) : Map.of();
        output().list(
                        tasks,
                        new Output.Form<>(
                                TaskForm.KEYS, TaskForm::values, (task, palette) -> line(task, palette, counts)));
        return ExitCode.DONE;
    }

    private String line(TaskSnapshot task, Palette palette, Map<Long, Long> counts) {
        Long count = counts.get(task.id());
        String line = TaskForm.line(task, palette, count == null ? "" : "[" + count + " log lines ]");
        return tracebacks && task.error() != null
                ? line + "\n" + PlainText.shown(task.error(), true).stripTrailing()
                : line;
    }

    private static Map<Long, Long> counts(Database database, List<TaskSnapshot> tasks) {
        LogStore logs = new LogStore(database.jdbi());
        return tasks.stream().collect(Collectors.toMap(TaskSnapshot::id, task -> logs.count(task.id())));
    }
}
