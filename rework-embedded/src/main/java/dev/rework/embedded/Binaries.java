package dev.rework.embedded;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.tukaani.xz.XZInputStream;

/**
 * Postgres' programs, unpacked once from the jar on the class path.
 *
 * @param folder holds {@code bin}, {@code lib} and {@code share}
 * @param version as the server says it, for example {@code 18.6}
 */
record Binaries(Path folder, String version) {

    private static final Pattern VERSION = Pattern.compile("(\\d+(?:\\.\\d+)*)");

    /** Finds them under a folder, unpacking them when they are not there; the caller holds the home's lock. */
    static Binaries under(Path folder) throws IOException {
        URL url = archive();
        String mark = mark(url);
        Optional<Path> there = unpacked(folder, mark);
        Path binaries = there.isPresent() ? there.get() : unpack(url, folder, mark);
        String name = binaries.getFileName().toString();
        return new Binaries(binaries, name.substring(0, name.length() - mark.length()));
    }

    /** The archive for this machine; where there is none, says so before anything is touched. */
    static URL archive() {
        String resource = resource();
        URL url = Binaries.class.getClassLoader().getResource(resource);
        if (url == null) {
            throw new EmbeddedPostgresException("no embedded Postgres for this machine (" + resource
                    + " is not on the class path); set REWORK_DB to a Postgres of your own");
        }
        return url;
    }

    Path program(String name) {
        return folder.resolve("bin").resolve(name);
    }

    String major() {
        return version.split("\\.", 2)[0];
    }

    private static Optional<Path> unpacked(Path folder, String mark) throws IOException {
        if (!Files.isDirectory(folder)) {
            return Optional.empty();
        }
        try (Stream<Path> children = Files.list(folder)) {
            return children.filter(
                            p -> Character.isDigit(p.getFileName().toString().charAt(0))
                                    && p.getFileName().toString().endsWith(mark))
                    .findFirst();
        }
    }

    /** Unpacks beside its place and renames, so that a killed process leaves nothing that looks whole. */
    private static Path unpack(URL url, Path folder, String mark) throws IOException {
        Files.createDirectories(folder);
        Trees.open(folder);
        Path half = Files.createTempDirectory(folder, "unpacking-");
        try (InputStream in = new XZInputStream(new BufferedInputStream(url.openStream(), 1 << 16))) {
            Tar.unpack(in, half);
        }
        Trees.open(half);
        Path whole = folder.resolve(versionOf(half) + mark);
        try {
            Files.move(half, whole, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | AtomicMoveNotSupportedException e) {
            throw new EmbeddedPostgresException("cannot put Postgres' programs into " + whole, e);
        }
        return whole;
    }

    private static String versionOf(Path folder) throws IOException {
        List<String> command = List.of(folder.resolve("bin/postgres").toString(), "--version");
        Account.Ended said = new Account(List.of(), -1, -1).run(command);
        Matcher matcher = VERSION.matcher(said.output());
        if (said.exit() != 0 || !matcher.find()) {
            throw new EmbeddedPostgresException("the embedded Postgres does not run on this machine: " + said.output()
                    + "; set REWORK_DB to a Postgres of your own");
        }
        return matcher.group(1);
    }

    /** What tells one build of the programs from another without reading all of it. */
    private static String mark(URL url) throws IOException {
        URLConnection connection = url.openConnection();
        if (connection instanceof JarURLConnection jar) {
            jar.setUseCaches(false);
            try (var file = jar.getJarFile()) {
                return "-" + Long.toHexString(file.getEntry(jar.getEntryName()).getCrc());
            }
        }
        return "-" + Long.toHexString(connection.getContentLengthLong());
    }

    private static String resource() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch").toLowerCase(Locale.ROOT);
        boolean arm = arch.equals("aarch64") || arch.equals("arm64");
        String machine = arm ? "arm_64" : arch.equals("amd64") || arch.equals("x86_64") ? "x86_64" : arch;
        String system = os.startsWith("mac") ? "darwin" : os.startsWith("windows") ? "windows" : "linux";
        boolean alpine = system.equals("linux") && Files.exists(Path.of("/etc/alpine-release"));
        return "postgres-" + system + "-" + machine + (alpine ? "-alpine_linux" : "") + ".txz";
    }
}
