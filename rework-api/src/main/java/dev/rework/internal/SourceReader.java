package dev.rework.internal;

import dev.rework.InvalidOperation;
import dev.rework.internal.RegistrationIndex.Source;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.jar.Attributes;
import java.util.jar.JarFile;
import java.util.jar.Manifest;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** Makes what was named on the command line into a class path: a jar, a directory of classes, or a source file. */
final class SourceReader {
    private final ReworkHome home;
    private final List<Path> classpath;
    private final boolean asDomain;

    SourceReader(Registrar.Options options) {
        this.home = options.home();
        this.classpath = expanded(options.classpath());
        this.asDomain = options.asDomain() != null;
    }

    /**
     * Reads it, compiling it first when it is a source file.
     *
     * @throws InvalidOperation when it is none of the three
     * @throws UncheckedIOException of {@link NoSuchFileException} when it is not there
     */
    Source read(Path named) {
        Path path = named.toAbsolutePath().normalize();
        try {
            if (!Files.exists(path)) {
                throw new NoSuchFileException(path.toString());
            }
            for (Path element : classpath) {
                if (!Files.exists(element)) {
                    throw new NoSuchFileException(element.toString());
                }
                demandJar(element);
            }
            if (Files.isDirectory(path)) {
                return source(path, digest(path), path, List.of());
            }
            if (path.toString().endsWith(".java")) {
                Path compiled = new SourceCompiler(home, classpath).compile(path);
                return source(path, digest(path), compiled, List.of());
            }
            return jar(path);
        } catch (NoSuchFileException e) {
            throw new UncheckedIOException("no such file: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + path + ": " + e.getMessage(), e);
        }
    }

    /** {@code folder/*} means all jars in it, as on a JVM's class path, but in a fixed order. */
    private static List<Path> expanded(List<Path> elements) {
        List<Path> expanded = new ArrayList<>();
        for (Path element : elements) {
            Path path = element.toAbsolutePath().normalize();
            if (!path.endsWith("*")) {
                expanded.add(path);
                continue;
            }
            try (Stream<Path> files = Files.list(path.getParent())) {
                files.filter(file -> file.toString().endsWith(".jar")).sorted().forEach(expanded::add);
            } catch (IOException e) {
                throw new UncheckedIOException("no such folder: " + path.getParent(), e);
            }
        }
        return List.copyOf(expanded);
    }

    private Source source(Path path, String sha256, Path code, List<Path> manifest) {
        return new Source(path.toString(), sha256, asDomain, code, classpath, manifest);
    }

    /** Told here, where it can be named: later it would be some jar among many that has no end header. */
    private static void demandJar(Path element) throws IOException {
        if (!Files.isRegularFile(element)) {
            return;
        }
        try (ZipFile jar = new ZipFile(element.toFile())) {
            jar.size();
        } catch (ZipException e) {
            throw new InvalidOperation(List.of(element + " on the class path is neither a jar nor a directory"), e);
        }
    }

    private Source jar(Path path) throws IOException {
        try (ZipFile jar = new ZipFile(path.toFile())) {
            refuseNested(path, jar);
            JarBounds.demand(path.toString(), Files.size(path), jar);
            return source(path, digest(path), path, manifestClassPath(path, jar));
        } catch (ZipException e) {
            throw new InvalidOperation(
                    List.of(path + " is not a jar; name a jar, a directory of classes or one .java file"));
        }
    }

    /** A jar whose classes and libraries are nested is no class path of a plain JVM. */
    private static void refuseNested(Path path, ZipFile jar) {
        String name = path.toString();
        String stem = String.valueOf(path.getFileName()).replaceFirst("\\.[jw]ar$", "");
        if (jar.getEntry("BOOT-INF/classes/") != null || jar.getEntry("BOOT-INF/lib/") != null) {
            throw new InvalidOperation(List.of(name + " is a Spring Boot jar, its classes are nested: unpack it with"
                    + " `java -Djarmode=tools -jar " + name + " extract --destination " + stem + "`, then register "
                    + stem + "/" + path.getFileName()));
        }
        if (jar.getEntry("WEB-INF/classes/") != null) {
            throw new InvalidOperation(List.of(name
                    + " is a web archive, its classes are nested: unpack it with `unzip "
                    + name + " -d " + stem + "`, then register " + stem + "/WEB-INF/classes with --classpath '" + stem
                    + "/WEB-INF/lib/*'"));
        }
    }

    private static List<Path> manifestClassPath(Path path, ZipFile jar) throws IOException {
        var entry = jar.getEntry(JarFile.MANIFEST_NAME);
        if (entry == null) {
            return List.of();
        }
        try (InputStream in = jar.getInputStream(entry)) {
            String value = new Manifest(in).getMainAttributes().getValue(Attributes.Name.CLASS_PATH);
            List<Path> elements = new ArrayList<>();
            for (String element : value == null ? new String[0] : value.strip().split("\\s+")) {
                URI location = path.toUri().resolve(element);
                if (!element.isEmpty() && "file".equals(location.getScheme())) {
                    elements.add(Path.of(location));
                }
            }
            return elements;
        } catch (IllegalArgumentException e) {
            throw new InvalidOperation(
                    List.of("the Class-Path in the manifest of " + path + " is wrong: " + e.getMessage()));
        }
    }

    /** Of a file its content; of a directory the names and contents of all files below it. */
    static String digest(Path path) throws IOException {
        MessageDigest digest = sha256();
        if (!Files.isDirectory(path)) {
            update(digest, path);
            return HexFormat.of().formatHex(digest.digest());
        }
        List<Path> files;
        try (Stream<Path> below = Files.walk(path)) {
            files = below.filter(Files::isRegularFile).sorted().toList();
        }
        for (Path file : files) {
            digest.update((path.relativize(file) + "\0" + Files.size(file) + "\0").getBytes(StandardCharsets.UTF_8));
            update(digest, file);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void update(MessageDigest digest, Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file)) {
            byte[] buffer = new byte[1 << 16];
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
    }
}
