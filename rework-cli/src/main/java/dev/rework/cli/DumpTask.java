package dev.rework.cli;

import dev.rework.TaskSnapshot;
import dev.rework.internal.PlainText;
import dev.rework.internal.db.DumpStore;
import dev.rework.internal.db.TaskStore;
import java.time.ZoneOffset;
import java.util.List;
import picocli.CommandLine.Command;

/** {@code rework dump-task}. */
@Command(description = "The thread dumps of a task's worker: taken before every kill by timeout or abort.")
final class DumpTask extends DatabaseCommand {
    @Override
    protected List<String> needs() {
        return List.of("TASK_ID");
    }

    @Override
    protected ExitCode perform(Database database) {
        long id = id(0);
        TaskSnapshot task = new TaskStore(database.jdbi()).find(id).orElseThrow(() -> LogFollower.unknown(id));
        List<DumpStore.Dump> dumps = new DumpStore(database.jdbi()).of(id);
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
}
