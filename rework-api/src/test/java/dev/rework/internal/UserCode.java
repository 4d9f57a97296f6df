package dev.rework.internal;

import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.jar.Attributes;
import java.util.jar.JarOutputStream;
import java.util.jar.Manifest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles what a user would write, into a directory or a real jar. */
final class UserCode {
    private static final Pattern PUBLIC_TYPE =
            Pattern.compile("public (?:abstract |final )?(?:class|interface) (\\w+)");
    private static final Pattern PACKAGE = Pattern.compile("package ([\\w.]+);");

    private final Path folder;
    private final List<Path> classpath = new ArrayList<>();

    UserCode(Path folder) {
        this.folder = folder;
    }

    UserCode with(Path element) {
        classpath.add(element);
        return this;
    }

    /** The directory of the classes of these sources. */
    Path classes(String... sources) throws IOException {
        Path classes = Files.createTempDirectory(folder, "classes");
        Path written = Files.createTempDirectory(folder, "sources");
        List<Path> files = new ArrayList<>();
        for (String source : sources) {
            files.add(source(written, source));
        }
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        String path = System.getProperty("java.class.path")
                + String.join("", classpath.stream().map(e -> ":" + e).toList());
        try (StandardJavaFileManager manager =
                compiler.getStandardFileManager(null, Locale.ROOT, StandardCharsets.UTF_8)) {
            boolean done = compiler.getTask(
                            messages,
                            manager,
                            null,
                            List.of("-d", classes.toString(), "-g", "-parameters", "-proc:none", "-cp", path),
                            null,
                            manager.getJavaFileObjectsFromPaths(files))
                    .call();
            if (!done) {
                throw new IllegalArgumentException(messages.toString());
            }
        }
        return classes;
    }

    /** A source file where its package says, below a folder. */
    static Path source(Path folder, String source) throws IOException {
        Matcher type = PUBLIC_TYPE.matcher(source);
        if (!type.find()) {
            throw new IllegalArgumentException("no public type");
        }
        Matcher name = PACKAGE.matcher(source);
        Path home = name.find() ? folder.resolve(name.group(1).replace('.', '/')) : folder;
        Files.createDirectories(home);
        return Files.writeString(home.resolve(type.group(1) + ".java"), source);
    }

    /** A jar of these sources. */
    Path jar(String name, String... sources) throws IOException {
        return jar(name, Map.of(), "", sources);
    }

    /** A jar of these sources, with more entries and a {@code Class-Path}. */
    Path jar(String name, Map<String, String> entries, String classPath, String... sources) throws IOException {
        Path classes = classes(sources);
        Manifest manifest = new Manifest();
        manifest.getMainAttributes().put(Attributes.Name.MANIFEST_VERSION, "1.0");
        if (!classPath.isEmpty()) {
            manifest.getMainAttributes().put(Attributes.Name.CLASS_PATH, classPath);
        }
        Path jar = folder.resolve(name);
        try (OutputStream out = Files.newOutputStream(jar);
                JarOutputStream to = new JarOutputStream(out, manifest);
                Stream<Path> files = Files.walk(classes)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                to.putNextEntry(new ZipEntry(classes.relativize(file).toString()));
                to.write(Files.readAllBytes(file));
            }
            for (Map.Entry<String, String> entry : entries.entrySet()) {
                to.putNextEntry(new ZipEntry(entry.getKey()));
                to.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        return jar;
    }
}
