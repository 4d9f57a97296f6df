package dev.rework.cli;

import dev.rework.Progress;
import dev.rework.TaskSnapshot;
import dev.rework.TaskState;
import dev.rework.internal.PlainText;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a task is written: its JSON keys and its line. */
final class TaskForm {
    static final List<String> KEYS = List.of(
            "id",
            "operation",
            "domain",
            "host",
            "state",
            "cause",
            "reason",
            "priority",
            "attempt",
            "maxAttempts",
            "queued",
            "runAt",
            "started",
            "finished",
            "worker",
            "parent",
            "progress",
            "metadata",
            "error");

    private TaskForm() {}

    static Map<String, @Nullable Object> values(TaskSnapshot task) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("id", task.id());
        values.put("operation", task.operation());
        values.put("domain", task.domain());
        values.put("host", task.host());
        values.put("state", lower(task.state()));
        values.put("cause", task.cause() == null ? null : lower(task.cause()));
        values.put("reason", task.reason());
        values.put("priority", task.priority());
        values.put("attempt", task.attempt());
        values.put("maxAttempts", task.maxAttempts());
        values.put("queued", Stamp.iso(task.queued()));
        values.put("runAt", Stamp.iso(task.runAt()));
        values.put("started", Stamp.iso(task.started()));
        values.put("finished", Stamp.iso(task.finished()));
        values.put("worker", task.worker());
        values.put("parent", task.parent());
        values.put("progress", task.progress() == null ? null : progress(task.progress()));
        values.put("metadata", task.metadata());
        values.put("error", task.error());
        return values;
    }

    private static Map<String, Object> progress(Progress progress) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("done", progress.done());
        values.put("total", progress.total());
        values.put("message", progress.message());
        return values;
    }

    /** {@code 4 loop aborted domain=default [QUEUED] → [STARTED] → [FINISHED] reason}. */
    static String line(TaskSnapshot task, Palette palette, String extra) {
        StringBuilder line = new StringBuilder();
        line.append(task.id()).append(' ');
        line.append(palette.paint(Palette.Colour.CYAN, shown(task.operation()))).append(' ');
        line.append(palette.paint(colour(task.state()), lower(task.state()))).append(' ');
        line.append("domain=").append(shown(task.domain()));
        if (!task.host().isEmpty()) {
            line.append(" host=").append(shown(task.host()));
        }
        line.append(' ').append(extra);
        line.append(stamp(palette, task.queued()));
        if (task.state() == TaskState.SCHEDULED) {
            line.append(" due ").append(stamp(palette, task.runAt()));
        }
        if (task.started() != null) {
            line.append(" → ").append(stamp(palette, task.started()));
        }
        if (task.finished() != null) {
            line.append(" → ").append(stamp(palette, task.finished()));
        }
        if (task.reason() != null) {
            line.append(' ').append(palette.paint(Palette.Colour.YELLOW, shown(task.reason())));
        }
        return line.toString();
    }

    /** {@code 3 of 10: message}. */
    static String progressText(Progress progress) {
        String message = progress.message() == null ? "" : progress.message();
        return progress.done() + " of " + progress.total() + (message.isEmpty() ? "" : ": " + message);
    }

    private static String stamp(Palette palette, OffsetDateTime moment) {
        return palette.paint(Palette.Colour.FAINT, "[" + Stamp.people(moment) + "]");
    }

    static Palette.Colour colour(TaskState state) {
        return switch (state) {
            case SCHEDULED, BLOCKED, QUEUED -> Palette.Colour.BLUE;
            case RUNNING -> Palette.Colour.YELLOW;
            case ABORTING, ABORTED -> Palette.Colour.MAGENTA;
            case DONE -> Palette.Colour.GREEN;
            case FAILED -> Palette.Colour.RED;
        };
    }

    static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    static String shown(String text) {
        return PlainText.shown(text, false);
    }
}
