package dev.rework.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The name operations and monitors are known by on this machine. Never asked of the network: it must not change with it. */
public final class HostName {
    private static final List<Path> FILES = List.of(Path.of("/proc/sys/kernel/hostname"), Path.of("/etc/hostname"));

    private HostName() {}

    /** {@code REWORK_HOST}, else the machine's own name. */
    public static String current() {
        return of(null, System.getenv());
    }

    /** What was given, else {@code REWORK_HOST} of an environment, else the machine's own name. */
    public static String of(@Nullable String given, Map<String, String> environment) {
        if (given != null && !given.isBlank()) {
            return given;
        }
        String set = environment.getOrDefault("REWORK_HOST", "");
        return set.isBlank() ? machine() : set;
    }

    private static String machine() {
        for (Path file : FILES) {
            String name = read(file);
            if (!name.isEmpty()) {
                return name;
            }
        }
        String name = System.getenv().getOrDefault("COMPUTERNAME", "");
        name = name.isBlank() ? asked() : name;
        return name.isBlank() ? "localhost" : name;
    }

    private static String read(Path file) {
        try {
            return Files.isReadable(file)
                    ? Files.readString(file, StandardCharsets.UTF_8).strip()
                    : "";
        } catch (IOException e) {
            return "";
        }
    }

    /** The command {@code hostname}, which every Unix has. */
    private static String asked() {
        try {
            Process process = new ProcessBuilder("hostname").start();
            String name = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
            return process.waitFor(5, TimeUnit.SECONDS) ? name : "";
        } catch (IOException e) {
            return "";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return "";
        }
    }
}
