package dev.rework.cli;

import dev.rework.LogLine;
import dev.rework.Progress;
import dev.rework.TaskFilter;
import dev.rework.TaskSnapshot;
import dev.rework.TaskState;
import dev.rework.internal.db.LogStore;
import dev.rework.internal.db.TaskStore;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Shows what the demo's tasks print, how far they are and how they end, while they run. For one thread. */
final class DemoView {
    private static final int BATCH = 1000;
    private static final int BAR = 24;

    private final DemoCommand demo;
    private final TaskStore tasks;
    private final LogStore logs;
    private final Map<Long, Long> cursors = new HashMap<>();
    private final Map<Long, TaskState> shownStates = new HashMap<>();
    private final Map<Long, Long> shownProgress = new HashMap<>();

    DemoView(Database database, DemoCommand demo) {
        this.demo = demo;
        this.tasks = new TaskStore(database.jdbi());
        this.logs = new LogStore(database.jdbi());
    }

    DemoCommand demo() {
        return demo;
    }

    /** The demo's tasks above an id, as they are now, after everything new about them was shown. */
    List<TaskSnapshot> look(long after) {
        List<TaskSnapshot> found =
                tasks.list(TaskFilter.all().domain(DemoCommand.DOMAIN).after(after));
        found.forEach(this::show);
        return found;
    }

    private void show(TaskSnapshot task) {
        TaskState before = shownStates.put(task.id(), task.state());
        if (before != null && before.isFinal()) {
            return;
        }
        boolean news = task.state() != before && task.state() != TaskState.QUEUED;
        if (news && !task.state().isFinal()) {
            showState(task);
        }
        for (LogLine line : lines(task.id())) {
            String mark = line.level().equals("INFO") ? "" : line.level() + " ";
            demo.say(task.operation(), TaskForm.shown(mark + line.line()));
        }
        if (task.progress() != null) {
            progress(task, task.progress());
        }
        if (news && task.state().isFinal()) {
            showState(task);
        }
    }

    private void showState(TaskSnapshot task) {
        demo.say(task.operation(), demo.palette().paint(TaskForm.colour(task.state()), ending(task)));
    }

    private static String ending(TaskSnapshot task) {
        String state = TaskForm.lower(task.state());
        return task.reason() == null ? state : state + ": " + TaskForm.shown(task.reason());
    }

    private List<LogLine> lines(long id) {
        List<LogLine> all = new ArrayList<>();
        List<LogLine> batch;
        do {
            batch = logs.lines(id, cursors.getOrDefault(id, 0L), BATCH);
            batch.forEach(line -> cursors.put(id, line.id()));
            all.addAll(batch);
        } while (batch.size() == BATCH);
        return all;
    }

    private void progress(TaskSnapshot task, Progress progress) {
        Long before = shownProgress.put(task.id(), progress.done());
        boolean worthIt = progress.total() > 0 && progress.total() <= BATCH;
        if (worthIt && (before == null || before != progress.done())) {
            int full = (int) (BAR * Math.min(progress.done(), progress.total()) / progress.total());
            String bar = "█".repeat(full) + "░".repeat(BAR - full);
            demo.say(task.operation(), bar + " " + TaskForm.shown(TaskForm.progressText(progress)));
        }
    }
}
