package dev.rework.internal;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.rework.InvalidOperation;
import dev.rework.Operation;
import java.io.File;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.security.CodeSource;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.NullMarked;
import org.slf4j.Logger;
import tools.jackson.core.JsonParser;
import tools.jackson.databind.JsonNode;

/**
 * Compiles one source file into {@code $REWORK_HOME/compiled/<sha256>}, where the digest covers all that the result
 * depends on; what is there already is used.
 */
final class SourceCompiler {
    private static final int MOST_ERRORS = 20;
    private static final Duration KEPT = Duration.ofDays(30);

    private final ReworkHome home;
    private final List<Path> classpath;

    SourceCompiler(ReworkHome home, List<Path> classpath) {
        this.home = home;
        this.classpath = classpath;
    }

    /** The directory of its classes. */
    Path compile(Path source) throws IOException {
        String code = Files.readString(source);
        Path all = home.folder("compiled");
        Path compiled = all.resolve(key(source, code));
        if (Files.isDirectory(compiled)) {
            Files.setLastModifiedTime(compiled, FileTime.from(Instant.now()));
            return compiled;
        }
        forget(all);
        Path fresh = Files.createTempDirectory(all, "javac");
        try {
            run(source, fresh);
            move(fresh, compiled);
        } finally {
            delete(fresh);
        }
        return compiled;
    }

    /** What was compiled long ago and no registration of this home names any more. */
    private void forget(Path all) {
        FileTime longAgo = FileTime.from(Instant.now().minus(KEPT));
        try (Stream<Path> folders = Files.list(all)) {
            String named = registrations();
            for (Path folder : folders.toList()) {
                boolean old = Files.getLastModifiedTime(folder).compareTo(longAgo) < 0;
                if (old && !named.contains(String.valueOf(folder.getFileName()))) {
                    delete(folder);
                }
            }
        } catch (IOException | UncheckedIOException e) {
            // Somebody else tidies up too; what is left goes the next time.
            return;
        }
    }

    /** All registration indexes as one text. */
    private String registrations() throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.walk(home.folder("registrations"))) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                text.append(Files.readString(file)).append('\n');
            }
        }
        return text.toString();
    }

    private static void move(Path fresh, Path compiled) throws IOException {
        try {
            Files.move(fresh, compiled, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            // Somebody else compiled the same in the meantime.
            if (!Files.isDirectory(compiled)) {
                throw e;
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> files;
        try (Stream<Path> below = Files.walk(folder)) {
            files = below.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : files) {
            Files.deleteIfExists(file);
        }
    }

    private String key(Path source, String code) throws IOException {
        MessageDigest digest = SourceReader.sha256();
        List<String> parts =
                new ArrayList<>(List.of(Runtime.version().toString(), String.valueOf(source.getFileName()), code));
        for (Path element : classpath) {
            parts.add(element.toString());
            parts.add(SourceReader.digest(element));
        }
        for (String part : parts) {
            digest.update((part + "\0").getBytes(StandardCharsets.UTF_8));
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private void run(Path source, Path target) throws IOException {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        if (compiler == null) {
            throw new InvalidOperation(List.of("cannot compile " + source + ": the Java in "
                    + System.getProperty("java.home") + " has no compiler; use a JDK, or register a jar"));
        }
        DiagnosticCollector<JavaFileObject> diagnostics = new DiagnosticCollector<>();
        try (StandardJavaFileManager files =
                compiler.getStandardFileManager(diagnostics, Locale.ROOT, StandardCharsets.UTF_8)) {
            List<String> options = List.of(
                    "-d",
                    target.toString(),
                    "-cp",
                    compilePath(),
                    "-encoding",
                    "UTF-8",
                    "-g",
                    "-parameters",
                    "-proc:none");
            StringWriter rest = new StringWriter();
            Boolean done = compiler.getTask(rest, files, diagnostics, options, null, files.getJavaFileObjects(source))
                    .call();
            if (!Boolean.TRUE.equals(done)) {
                throw new InvalidOperation(errors(source, diagnostics, rest.toString()));
            }
        }
    }

    /** What workers will find: the API and what it brings, then what was given. Never the rest of this process's own. */
    private String compilePath() {
        Set<Path> path = new LinkedHashSet<>();
        for (Class<?> ours : List.of(
                Operation.class,
                Logger.class,
                NullMarked.class,
                JsonNode.class,
                JsonParser.class,
                JsonProperty.class)) {
            CodeSource location = ours.getProtectionDomain().getCodeSource();
            if (location != null && location.getLocation() != null) {
                try {
                    path.add(Path.of(location.getLocation().toURI()));
                } catch (URISyntaxException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
        path.addAll(classpath);
        return path.stream().map(Path::toString).collect(Collectors.joining(File.pathSeparator));
    }

    private static List<String> errors(Path source, DiagnosticCollector<JavaFileObject> diagnostics, String otherwise) {
        List<String> errors = diagnostics.getDiagnostics().stream()
                .filter(diagnostic -> diagnostic.getKind() == Diagnostic.Kind.ERROR)
                .map(diagnostic -> error(source, diagnostic))
                .collect(Collectors.toCollection(ArrayList::new));
        if (errors.isEmpty()) {
            errors.add("cannot compile " + source + ": " + otherwise.strip());
        }
        if (errors.size() > MOST_ERRORS) {
            int more = errors.size() - MOST_ERRORS;
            errors.subList(MOST_ERRORS, errors.size()).clear();
            errors.add("and " + more + " more errors");
        }
        return errors;
    }

    private static String error(Path source, Diagnostic<? extends JavaFileObject> diagnostic) {
        String message = diagnostic
                .getMessage(Locale.ROOT)
                .strip()
                .replaceAll("\\s*\\R\\s*", "; ")
                .replaceAll("\\s+", " ");
        String line = diagnostic.getLineNumber() == Diagnostic.NOPOS ? "" : ":" + diagnostic.getLineNumber();
        return source.getFileName() + line + ": " + message;
    }
}
