package dev.rework.cli;

import dev.rework.internal.DatabaseAddress;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The class data archive that makes the command start fast: made once for these jars and this Java, in the background after
 * a command on a database, by a process that runs read-only commands on the same database and ends. The launcher names the
 * file (property {@code rework.archive}); a process of no launcher makes none.
 */
final class StartArchive {
    private static final Duration GIVEN_UP = Duration.ofMinutes(2);
    private static final Duration UNUSED = Duration.ofDays(30);

    private StartArchive() {}

    /** Starts the making when there is none and nobody makes it. Never fails: it is but a gain of time. */
    static void offer(DatabaseAddress address) {
        String named = System.getProperty("rework.archive", "");
        if (named.isEmpty() || Files.exists(Path.of(named))) {
            return;
        }
        try {
            Path making = claimed(Path.of(named + ".making"));
            if (making != null) {
                spawn(Path.of(named), address);
            }
        } catch (IOException e) {
            // a folder that cannot be written: every start is a slow one
        }
    }

    private static @Nullable Path claimed(Path making) throws IOException {
        Path folder = making.getParent();
        if (folder != null) {
            Files.createDirectories(folder);
            removeUnused(folder);
        }
        if (Files.exists(making)
                && Files.getLastModifiedTime(making)
                        .toInstant()
                        .isBefore(Instant.now().minus(GIVEN_UP))) {
            Files.deleteIfExists(making);
        }
        try {
            return Files.createFile(making);
        } catch (FileAlreadyExistsException e) {
            return null;
        }
    }

    /** A shell waits for the process: Java writes the archive after the last line of Java. */
    private static void spawn(Path archive, DatabaseAddress address) throws IOException {
        List<String> command = List.of(
                "/bin/sh",
                "-c",
                "nice -n 19 \"$@\" && mv -f \"$0.half\" \"$0\"; rm -f \"$0.half\" \"$0.making\"",
                archive.toString(),
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:ArchiveClassesAtExit=" + archive + ".half",
                "--enable-native-access=ALL-UNNAMED", // as the launcher does
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-XX:-UsePerfData",
                "-Xlog:disable",
                "-cp",
                System.getProperty("java.class.path"),
                Main.class.getName(),
                WarmUp.NAME);
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (OutputStream in = process.getOutputStream()) {
            in.write(address.secretText().getBytes(StandardCharsets.UTF_8));
        }
    }

    private static void removeUnused(Path folder) throws IOException {
        FileTime old = FileTime.from(Instant.now().minus(UNUSED));
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file :
                    files.filter(each -> each.toString().endsWith(".jsa")).toList()) {
                if (Files.getLastModifiedTime(file).compareTo(old) < 0) {
                    Files.deleteIfExists(file);
                }
            }
        }
    }
}
