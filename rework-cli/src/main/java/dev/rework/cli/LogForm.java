package dev.rework.cli;

import dev.rework.LogLine;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** How a captured line is written: its JSON keys and its line. */
final class LogForm {
    static final Output.Form<LogLine> FORM = new Output.Form<>(
            List.of("id", "task", "time", "stream", "level", "logger", "line"), LogForm::values, LogForm::line);

    private static final List<String> LEVELS = List.of("TRACE", "DEBUG", "INFO", "WARNING", "ERROR");

    private LogForm() {}

    /** Whether a level is at least another; an unknown one is. */
    static boolean isAtLeast(String level, String least) {
        int place = LEVELS.indexOf(level);
        return place < 0 || place >= LEVELS.indexOf(least);
    }

    /** The name of a level, whatever its case. */
    static String level(String text) {
        String level = text.toUpperCase(java.util.Locale.ROOT);
        level = level.equals("WARN") ? "WARNING" : level;
        if (!LEVELS.contains(level)) {
            throw new Refusal(
                    ExitCode.USAGE, "--level must be one of " + String.join(", ", LEVELS) + ", not `" + text + "`");
        }
        return level;
    }

    private static Map<String, Object> values(LogLine line) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("id", line.id());
        values.put("task", line.task());
        values.put("time", String.valueOf(Stamp.iso(line.time())));
        values.put("stream", line.stream());
        values.put("level", line.level());
        values.put("logger", line.logger());
        values.put("line", line.line());
        return values;
    }

    /** {@code stdout:INFO: 2026-11-28 16:08:27: I am running}. */
    static String line(LogLine line, Palette palette) {
        String source = line.stream().equals("log") && !line.logger().isEmpty() ? line.logger() : line.stream();
        String head =
                TaskForm.shown(source) + ":" + TaskForm.shown(line.level()) + ": " + Stamp.seconds(line.time()) + ": ";
        return palette.paint(colour(line.level()), head) + TaskForm.shown(line.line());
    }

    private static Palette.Colour colour(String level) {
        return switch (level) {
            case "ERROR" -> Palette.Colour.RED;
            case "WARNING" -> Palette.Colour.YELLOW;
            default -> Palette.Colour.FAINT;
        };
    }
}
