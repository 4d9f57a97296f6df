package dev.rework.cli;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/** The real launcher over a distribution made from this test's class path: no test may need what {@code package} makes. */
final class Launcher {
    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
    private static final long PATIENCE_SECONDS = 120;

    private final Path folder;

    private Launcher(Path folder) {
        this.folder = folder;
    }

    /** A distribution in a new folder: {@code bin/rework} and {@code lib/}. */
    static Launcher in(Path folder) throws IOException {
        Path lib = Files.createDirectories(folder.resolve("lib"));
        Path bin = Files.createDirectories(folder.resolve("bin"));
        Files.copy(ROOT.resolve("rework"), bin.resolve("rework"), java.nio.file.StandardCopyOption.COPY_ATTRIBUTES);
        Files.copy(ROOT.resolve("rework-cli/src/assembly/rework.marker"), lib.resolve("rework.marker"));
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            place(Path.of(entry), lib);
        }
        return new Launcher(folder);
    }

    private static void place(Path entry, Path lib) throws IOException {
        String name = entry.toString();
        boolean test = name.endsWith("test-classes") || name.contains("-tests.jar");
        if (test || name.contains("junit") || name.contains("archunit") || !Files.exists(entry)) {
            return;
        }
        if (name.contains("rework-demo")) {
            Path demo = Files.createDirectories(lib.resolve("demo")).resolve("rework-demo.jar");
            jar(entry, demo);
        } else if (Files.isDirectory(entry)) {
            Path module = entry.getParent().getParent().getFileName();
            jar(entry, lib.resolve((module.toString().equals("sql") ? "rework-sql" : module) + "-test.jar"));
        } else {
            link(entry, lib.resolve(entry.getFileName()));
        }
    }

    private static void link(Path jar, Path place) throws IOException {
        try {
            Files.createLink(place, jar);
        } catch (IOException | UnsupportedOperationException e) {
            Files.copy(jar, place); // another file system
        }
    }

    static void jar(Path classes, Path jar) throws IOException {
        if (Files.isRegularFile(classes)) {
            Files.copy(classes, jar);
            return;
        }
        try (OutputStream out = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(out);
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                zip.putNextEntry(
                        new ZipEntry(classes.relativize(file).toString().replace(File.separatorChar, '/')));
                Files.copy(file, zip);
                zip.closeEntry();
            }
        }
    }

    Path script() {
        return folder.resolve("bin").resolve("rework");
    }

    Path lib() {
        return folder.resolve("lib");
    }

    /** Starts it with an environment of its own. */
    Process start(Map<String, String> environment, String... arguments) {
        return start(script(), environment, arguments);
    }

    static Process start(Path script, Map<String, String> environment, String... arguments) {
        List<String> command = new ArrayList<>(List.of(script.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().removeIf(name -> name.startsWith("REWORK") || name.startsWith("PG"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment);
        try {
            return builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for its end. */
    static Ran ran(Process process) {
        try {
            process.getOutputStream().close();
            String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
            if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("still runs: " + out + err);
            }
            return new Ran(process.exitValue(), out, err);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted");
        }
    }
}
