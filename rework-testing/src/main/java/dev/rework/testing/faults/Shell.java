package dev.rework.testing.faults;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Commands of the machine, each run to its end. */
final class Shell {

    private static final long SECONDS = 30;

    private Shell() {}

    /** Runs one; whether it succeeded. */
    static boolean works(String... command) {
        try {
            Path said = Files.createTempFile("shell", ".out");
            try {
                return run(List.of(command), said) == 0;
            } finally {
                Files.deleteIfExists(said);
            }
        } catch (IOException absent) {
            return false;
        }
    }

    /** Runs one that has to succeed; what it printed. */
    static String run(String... command) throws IOException {
        Path said = Files.createTempFile("shell", ".out");
        try {
            int exit = run(List.of(command), said);
            String text = Files.readString(said, StandardCharsets.UTF_8).strip();
            if (exit != 0) {
                throw new IOException(String.join(" ", command) + ": exit " + exit + ": " + text);
            }
            return text;
        } finally {
            Files.deleteIfExists(said);
        }
    }

    private static int run(List<String> command, Path said) throws IOException {
        // Into a file: a child that lives on would hold a pipe open.
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        try {
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new IOException("does not end: " + command);
            }
            return process.exitValue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while running " + command, e);
        }
    }
}
