package dev.rework.cli;

import dev.rework.Attempt;
import dev.rework.TaskSnapshot;
import dev.rework.internal.Codec;
import dev.rework.internal.PlainText;
import dev.rework.internal.db.TaskStore;
import java.io.PrintStream;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code rework show-task}. */
@Command(description = "Everything about one task, its input, output and attempts included.")
final class ShowTask extends DatabaseCommand {
    @Override
    protected List<String> needs() {
        return List.of("TASK_ID");
    }

    @Override
    protected ExitCode perform(Database database) {
        long id = id(0);
        TaskStore store = new TaskStore(database.jdbi());
        TaskSnapshot task = store.find(id).orElseThrow(() -> LogFollower.unknown(id));
        TaskStore.Bodies bodies = store.bodies(id).orElseThrow(() -> LogFollower.unknown(id));
        List<Attempt> attempts = new ArrayList<>(store.attempts(id));
        if (rework().format == ReworkCommand.Format.table) {
            showTask(task, bodies);
            attempts.forEach(this::showAttempt);
        } else {
            List<String> keys = new ArrayList<>(TaskForm.KEYS);
            keys.addAll(List.of("input", "moments", "output", "cpuMs", "peakMb", "attempts"));
            output().one(task, new Output.Form<>(keys, one -> values(one, bodies, attempts), (one, palette) -> ""));
        }
        return ExitCode.DONE;
    }

    private static Map<String, @Nullable Object> values(
            TaskSnapshot task, TaskStore.Bodies bodies, List<Attempt> attempts) {
        Map<String, @Nullable Object> values = TaskForm.values(task);
        values.put("input", body(bodies.seenInput(), bodies.rawInput()));
        values.put("moments", body(bodies.moments(), null));
        values.put("output", body(bodies.output(), bodies.rawOutput()));
        values.put("cpuMs", task.cpuMs());
        values.put("peakMb", task.peakMb());
        values.put("attempts", attempts.stream().map(ShowTask::values).toList());
        return values;
    }

    private static @Nullable Object body(@Nullable String json, byte @Nullable [] raw) {
        return json != null ? Codec.parseToShow(json) : raw;
    }

    private static Map<String, @Nullable Object> values(Attempt attempt) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("attempt", attempt.attempt());
        values.put("worker", attempt.worker());
        values.put("cause", TaskForm.lower(attempt.cause()));
        values.put("reason", attempt.reason());
        values.put("started", Stamp.iso(attempt.started()));
        values.put("finished", Stamp.iso(attempt.finished()));
        values.put("cpuMs", attempt.cpuMs());
        values.put("peakMb", attempt.peakMb());
        values.put("error", attempt.error());
        return values;
    }

    private void showTask(TaskSnapshot task, TaskStore.Bodies bodies) {
        Palette palette = rework().palette();
        PrintStream out = out();
        out.println(TaskForm.line(task, palette, ""));
        field("priority", task.priority());
        field("attempt", task.attempt() + " of " + task.maxAttempts());
        field("cause", task.cause() == null ? null : TaskForm.lower(task.cause()));
        field("run at", task.runAt().equals(task.queued()) ? null : Stamp.people(task.runAt()));
        field("ran", took(task.started(), task.finished()));
        field("cpu", task.cpuMs() == null ? null : Duration.ofMillis(task.cpuMs()));
        field("peak memory", task.peakMb() == null ? null : task.peakMb() + " Mb");
        field("worker", task.worker());
        field("parent", task.parent());
        field("progress", task.progress() == null ? null : TaskForm.progressText(task.progress()));
        field("metadata", task.metadata().isEmpty() ? null : Output.json(task.metadata()));
        field("input", bodyText(bodies.seenInput(), bodies.rawInput()));
        field("moments", bodies.moments());
        field("output", bodyText(bodies.output(), bodies.rawOutput()));
        if (task.error() != null) {
            out.println(palette.paint(
                    Palette.Colour.RED, PlainText.shown(task.error(), true).stripTrailing()));
        }
    }

    private void showAttempt(Attempt attempt) {
        out().println("earlier attempt " + attempt.attempt() + ": " + TaskForm.lower(attempt.cause())
                + (attempt.reason() == null ? "" : ", " + TaskForm.shown(attempt.reason()))
                + (attempt.worker() == null ? "" : ", worker " + attempt.worker())
                + ", " + (attempt.started() == null ? "not begun" : "[" + Stamp.people(attempt.started()) + "]")
                + " → [" + Stamp.people(attempt.finished()) + "]"
                + (attempt.started() == null ? "" : ", ran " + took(attempt.started(), attempt.finished()))
                + (attempt.cpuMs() == null ? "" : ", cpu " + Duration.ofMillis(attempt.cpuMs()))
                + (attempt.peakMb() == null ? "" : ", peak " + attempt.peakMb() + " Mb"));
        if (attempt.error() != null) {
            out().println(PlainText.shown(attempt.error(), true)
                    .stripTrailing()
                    .indent(2)
                    .stripTrailing());
        }
    }

    private void field(String name, @Nullable Object value) {
        if (value != null) {
            out().println("  " + rework().palette().paint(Palette.Colour.FAINT, name + ":") + " "
                    + TaskForm.shown(value.toString()));
        }
    }

    private static @Nullable String bodyText(@Nullable String json, byte @Nullable [] raw) {
        return json != null ? json : raw == null ? null : raw.length + " bytes";
    }

    private static @Nullable Duration took(@Nullable OffsetDateTime from, @Nullable OffsetDateTime to) {
        return from == null || to == null ? null : Duration.between(from, to);
    }
}
