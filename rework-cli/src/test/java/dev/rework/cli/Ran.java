package dev.rework.cli;

import dev.rework.internal.Codec;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A command line that was run in this process: how it ended and what it wrote. */
record Ran(int code, String out, String err) {
    static final Path HOME = Path.of("target", "cli-test-home").toAbsolutePath();
    static final String HOST = "here";

    static Ran rework(String... arguments) {
        return with("", false, arguments);
    }

    static Ran withInput(String input, String... arguments) {
        return with(input, false, arguments);
    }

    static Ran onTerminal(String... arguments) {
        return with("", true, arguments);
    }

    private static Ran with(String input, boolean terminal, String... arguments) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        Shell shell = new Shell(
                new ByteArrayInputStream(input.getBytes(StandardCharsets.UTF_8)),
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8),
                Map.of("REWORK_HOME", HOME.toString(), "REWORK_HOST", HOST),
                terminal,
                terminal);
        int code = Cli.run(shell, arguments);
        return new Ran(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    }

    List<String> lines() {
        return out.lines().toList();
    }

    /** The output as a JSON list of objects. */
    @SuppressWarnings("unchecked")
    List<Map<String, Object>> objects() {
        return (List<Map<String, Object>>) (List<?>) read(out, List.class);
    }

    /** The output as one JSON object. */
    @SuppressWarnings("unchecked")
    Map<String, Object> object() {
        return (Map<String, Object>) read(out, Map.class);
    }

    private static <T> T read(String json, Class<T> type) {
        T value = Codec.read(json, type);
        if (value == null) {
            throw new AssertionError("no JSON: " + json);
        }
        return value;
    }
}
