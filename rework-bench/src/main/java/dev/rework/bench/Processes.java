package dev.rework.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** The child processes of a run: the {@code rework} command and the peers. */
final class Processes {
    private Processes() {}

    /** {@code REWORK_COMMAND} when set, else the command line's class on our own class path. */
    static List<String> reworkCommand() {
        String named = System.getenv("REWORK_COMMAND");
        if (named != null && !named.isBlank()) {
            return List.of(named);
        }
        return java("dev.rework.cli.Main");
    }

    /** A JVM like ours with our class path. */
    static List<String> java(String mainClass) {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        return List.of(java, "-XX:+UseSerialGC", "-Xmx1g", "-cp", System.getProperty("java.class.path", ""), mainClass);
    }

    static List<String> with(List<String> command, String... more) {
        List<String> whole = new ArrayList<>(command);
        whole.addAll(List.of(more));
        return whole;
    }

    /** Its environment: ours without what names another database, and with the given. */
    static ProcessBuilder builder(List<String> command, Map<String, String> environment) {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(key -> key.startsWith("PG") || key.startsWith("REWORK"));
        builder.environment().remove("DATABASE_URL");
        builder.environment().putAll(environment);
        return builder;
    }

    /** Runs one to its end, its output to a file. */
    static void run(ProcessBuilder builder, Path log, int seconds) throws IOException, InterruptedException {
        Process process = builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .redirectInput(Path.of("/dev/null").toFile())
                .start();
        if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(shown(builder) + " did not end within " + seconds + " s; see " + log);
        }
        if (process.exitValue() != 0) {
            throw new IOException(
                    shown(builder) + " failed with " + process.exitValue() + ": " + lastLine(log) + " (" + log + ")");
        }
    }

    /** Runs one that is given {@code input} and answers in {@code key=number} lines; what else it prints is ignored. */
    static Map<String, String> ask(ProcessBuilder builder, String input, Path log, int seconds)
            throws IOException, InterruptedException {
        Process process = builder.redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        Thread limit = new Thread(() -> endLate(process, seconds), "limit");
        limit.setDaemon(true);
        limit.start();
        process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
        process.getOutputStream().close();
        Map<String, String> answers = new LinkedHashMap<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.matches("[a-z0-9.]+=[-+.0-9E]+")) {
                    int equals = line.indexOf('=');
                    answers.put(line.substring(0, equals), line.substring(equals + 1));
                }
            }
        }
        if (process.waitFor() != 0) {
            throw new IOException(shown(builder) + " failed: " + lastLine(log) + " (" + log + ")");
        }
        limit.interrupt();
        return answers;
    }

    private static void endLate(Process process, int seconds) {
        try {
            if (!process.waitFor(seconds, TimeUnit.SECONDS)) {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.toHandle().destroyForcibly();
            }
        } catch (InterruptedException ended) {
            Thread.currentThread().interrupt();
        }
    }

    private static String shown(ProcessBuilder builder) {
        List<String> command = builder.command();
        return Path.of(command.get(0)).getFileName() + " … " + command.get(command.size() - 1);
    }

    private static String lastLine(Path log) throws IOException {
        List<String> lines = Files.readAllLines(log);
        return lines.isEmpty() ? "it said nothing" : lines.get(lines.size() - 1);
    }
}
