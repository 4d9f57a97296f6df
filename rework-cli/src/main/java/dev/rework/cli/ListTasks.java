package dev.rework.cli;

import dev.rework.TaskFilter;
import dev.rework.TaskSnapshot;
import dev.rework.TaskState;
import dev.rework.internal.PlainText;
import dev.rework.internal.db.LogStore;
import dev.rework.internal.db.TaskStore;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
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
    protected ExitCode perform(Database database) throws SQLException {
        TaskFilter filter = new TaskFilter(which.domain, which.host, state, operation, which.limit(), which.after);
        List<TaskSnapshot> tasks = new TaskStore(database.jdbi()).list(filter);
        Map<Long, Long> counts = logCount ? counts(database, tasks) : Map.of();
        Map<Long, String> waiting = rework().format == ReworkCommand.Format.table
                ? Waiting.inVain(database.connections(), tasks)
                : Map.of();
        Output.Form<TaskSnapshot> form = new Output.Form<>(
                TaskForm.KEYS,
                TaskForm::values,
                (task, palette) -> line(task, palette, logCount ? counts.getOrDefault(task.id(), 0L) : null)
                        + reason(waiting.get(task.id()), palette));
        output().list(tasks, form);
        return ExitCode.DONE;
    }

    private String line(TaskSnapshot task, Palette palette, @Nullable Long count) {
        String line = TaskForm.line(task, palette, count == null ? "" : "[" + count + " log lines ]");
        return tracebacks && task.error() != null
                ? line + "\n" + PlainText.shown(task.error(), true).stripTrailing()
                : line;
    }

    private static String reason(@Nullable String waiting, Palette palette) {
        return waiting == null ? "" : " " + palette.paint(Palette.Colour.YELLOW, TaskForm.shown(waiting));
    }

    private static Map<Long, Long> counts(Database database, List<TaskSnapshot> tasks) {
        return new LogStore(database.jdbi())
                .counts(tasks.stream().map(TaskSnapshot::id).toList());
    }
}
