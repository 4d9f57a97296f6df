package dev.rework.cli;

import dev.rework.internal.db.WorkerRow;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a worker is written: its JSON keys and its line. */
final class WorkerForm {
    static final List<String> KEYS = List.of(
            "id",
            "host",
            "domain",
            "pid",
            "monitor",
            "state",
            "task",
            "memoryMb",
            "cpuPercent",
            "runs",
            "created",
            "started",
            "finished",
            "deathinfo");

    static final Output.Form<WorkerRow> FORM = new Output.Form<>(KEYS, WorkerForm::values, WorkerForm::line);

    private WorkerForm() {}

    static Map<String, @Nullable Object> values(WorkerRow worker) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("id", worker.id());
        values.put("host", worker.host());
        values.put("domain", worker.domain());
        values.put("pid", worker.pid());
        values.put("monitor", worker.monitor());
        values.put("state", worker.state());
        values.put("task", worker.task());
        values.put("memoryMb", worker.memoryMb());
        values.put("cpuPercent", worker.cpuPercent());
        values.put("runs", worker.runs());
        values.put("created", Stamp.iso(utc(worker.created())));
        values.put("started", Stamp.iso(utc(worker.started())));
        values.put("finished", Stamp.iso(utc(worker.finished())));
        values.put("deathinfo", worker.deathinfo());
        return values;
    }

    static @Nullable OffsetDateTime utc(@Nullable Instant moment) {
        return moment == null ? null : moment.atOffset(ZoneOffset.UTC);
    }

    /** {@code 1 8862@host 50 Mb [running #5] [CREATED] → [STARTED]}. */
    static String line(WorkerRow worker, Palette palette) {
        StringBuilder line = new StringBuilder();
        line.append(worker.id()).append(' ');
        line.append(worker.pid() == null ? "<nopid>" : worker.pid());
        line.append('@').append(TaskForm.shown(worker.host())).append(' ');
        line.append(worker.memoryMb()).append(" Mb ");
        line.append(palette.paint(colour(worker.state()), state(worker)));
        if (worker.debugPort() != null && worker.debugPort() != 0 && worker.finished() == null) {
            line.append(" debugport = ").append(worker.debugPort());
        }
        line.append(' ').append(stamp(palette, worker.created()));
        if (worker.started() != null) {
            line.append(" → ").append(stamp(palette, worker.started()));
        }
        if (worker.finished() != null) {
            line.append(" → ").append(stamp(palette, worker.finished()));
        }
        if (worker.deathinfo() != null) {
            line.append(' ').append(palette.paint(Palette.Colour.YELLOW, TaskForm.shown(worker.deathinfo())));
        }
        return line.toString();
    }

    private static String state(WorkerRow worker) {
        String task = worker.task() == null ? "" : " #" + worker.task();
        return switch (worker.state()) {
            case "starting" -> "[unstarted]";
            case "idle" -> "[running (idle)]";
            case "busy" -> task.isEmpty() ? "[running (idle)]" : "[running" + task + "]";
            case "stopping" -> "[stopping" + task + "]";
            default -> "[" + TaskForm.shown(worker.state()) + "]";
        };
    }

    private static Palette.Colour colour(String state) {
        return switch (state) {
            case "idle", "busy" -> Palette.Colour.GREEN;
            case "dead" -> Palette.Colour.RED;
            default -> Palette.Colour.YELLOW;
        };
    }

    private static String stamp(Palette palette, Instant moment) {
        return palette.paint(Palette.Colour.FAINT, "[" + Stamp.people(moment.atOffset(ZoneOffset.UTC)) + "]");
    }
}
