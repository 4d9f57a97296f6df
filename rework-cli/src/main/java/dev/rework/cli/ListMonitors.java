package dev.rework.cli;

import dev.rework.internal.Codec;
import dev.rework.internal.db.MonitorRow;
import dev.rework.internal.db.MonitorStore;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code rework list-monitors}. */
@Command(description = "Monitors that run, and those that fell silent.")
final class ListMonitors extends DatabaseCommand {
    private static final DateTimeFormatter SEEN = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ssxx", Locale.ROOT);
    private static final Output.Form<MonitorRow> FORM = new Output.Form<>(
            List.of("id", "host", "domain", "pid", "options", "started", "seen", "silent"),
            ListMonitors::values,
            ListMonitors::line);

    @Mixin
    ListOptions which = new ListOptions();

    @Override
    protected ExitCode perform(Database database) {
        List<MonitorRow> monitors =
                new MonitorStore(database.jdbi()).list(which.domain, which.host, which.limit(), which.afterOrZero());
        output().list(monitors, FORM);
        return ExitCode.DONE;
    }

    private static Map<String, @Nullable Object> values(MonitorRow monitor) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("id", monitor.id());
        values.put("host", monitor.host());
        values.put("domain", monitor.domain());
        values.put("pid", monitor.pid());
        values.put("options", Codec.parseToShow(monitor.options()));
        values.put("started", Stamp.iso(WorkerForm.utc(monitor.started())));
        values.put("seen", Stamp.iso(WorkerForm.utc(monitor.seen())));
        values.put("silent", monitor.silent());
        return values;
    }

    /** {@code 1 2026-11-22 02:00:10+0000  default options(maxmem=0, …) 8862@host}. */
    private static String line(MonitorRow monitor, Palette palette) {
        return monitor.id()
                + " " + SEEN.format(monitor.seen().atZone(ZoneId.systemDefault()))
                + "  " + palette.paint(Palette.Colour.CYAN, TaskForm.shown(monitor.domain()))
                + " options(" + options(monitor.options()) + ")"
                + " " + monitor.pid() + "@" + TaskForm.shown(monitor.host())
                + (monitor.silent() ? " " + palette.paint(Palette.Colour.RED, "[silent]") : "");
    }

    private static String options(String json) {
        return Codec.parseToShow(json).properties().stream()
                .map(option -> TaskForm.shown(option.getKey()) + "=" + value(option.getValue()))
                .collect(Collectors.joining(", "));
    }

    private static String value(tools.jackson.databind.JsonNode node) {
        return TaskForm.shown(node.isString() ? node.stringValue() : node.toString());
    }
}
