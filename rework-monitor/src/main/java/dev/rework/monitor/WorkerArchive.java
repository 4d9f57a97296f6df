package dev.rework.monitor;

import dev.rework.internal.ReworkHome;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * The archive of loaded classes with which workers start in half the time: one file under {@code $REWORK_HOME} for these
 * jars of ours, this Java and these flags, named by their contents. A process of its own makes it, after a worker has
 * come up without one; only a whole file gets its name, which holds its checksum too. Whatever is wrong with it, workers
 * start without. Threads may share it.
 *
 * <p>It holds classes of our own jars alone, which stand in front of the class path: JDK 25 before 25.0.4 does not notice
 * that a jar behind an archive was replaced (JDK-8377932), and would go on running the user's old classes.
 */
final class WorkerArchive {

    private static final String OFF = "off";
    private static final int AOT_SINCE = 25;
    private static final long MAKING_SECONDS = 120;
    private static final int CLAIMS = 2;
    private static final Duration UNUSED = Duration.ofDays(30);

    private final @Nullable Key key;
    private volatile @Nullable Path file;
    private volatile boolean over;

    /** What an archive depends on, and where it would be. */
    private record Key(Path folder, String name, List<Path> jars, List<String> flags) {
        private String suffix() {
            return isAot() ? ".aot" : ".jsa";
        }

        /** The archive of this key, if there is one and it is whole; one that is not is deleted. */
        private @Nullable Path find() throws IOException {
            for (Path each : files(name + "-*" + suffix())) {
                if (each.getFileName().toString().equals(fileName(each))) {
                    Files.setLastModifiedTime(each, FileTime.from(Instant.now()));
                    return each;
                }
                Files.deleteIfExists(each);
            }
            return null;
        }

        private String fileName(Path contents) throws IOException {
            return name + "-" + HexFormat.of().toHexDigits(checksum(contents)) + suffix();
        }

        private List<Path> files(String glob) throws IOException {
            List<Path> found = new ArrayList<>();
            try (var files = Files.newDirectoryStream(folder, glob)) {
                files.forEach(found::add);
            }
            return found;
        }
    }

    private WorkerArchive(@Nullable Key key) {
        this.key = key;
    }

    /**
     * For workers that are started with these flags and have these of ours in front of their class path. None where ours
     * are class folders, where {@code REWORK_ARCHIVE} is off, or nothing can be written.
     */
    static WorkerArchive of(ReworkHome home, List<Path> front, List<String> flags) {
        boolean jars = front.stream().allMatch(path -> path.toString().endsWith(".jar") && Files.isRegularFile(path));
        if (!jars || OFF.equalsIgnoreCase(System.getenv("REWORK_ARCHIVE"))) {
            return new WorkerArchive(null);
        }
        try {
            Key key = new Key(home.folder("archives"), name(front, flags), front, flags);
            WorkerArchive archive = new WorkerArchive(key);
            archive.file = key.find();
            return archive;
        } catch (IOException | UncheckedIOException unreadable) {
            return new WorkerArchive(null);
        }
    }

    /** The options that make a worker use it. */
    List<String> options() {
        List<String> options = new ArrayList<>(List.of("-Xlog:cds=off:stderr"));
        if (isAot()) {
            options.add("-Xlog:aot=off:stderr");
        }
        Path found = over ? null : file;
        if (found != null) {
            options.add((isAot() ? "-XX:AOTCache=" : "-XX:SharedArchiveFile=") + found);
        }
        return options;
    }

    /** Whether it should be made. */
    boolean isMissing() {
        return key != null && file == null && !over;
    }

    /** A worker died before it came up: perhaps of it. It is made anew by a later monitor. */
    void blame() {
        Path blamed = file;
        over = true;
        try {
            if (blamed != null) {
                Files.deleteIfExists(blamed);
            }
        } catch (IOException e) {
            // It will be blamed again.
            return;
        }
    }

    /** What a training process is told on its standard input. */
    interface Launch {
        void write(Path hand, OutputStream to) throws IOException;
    }

    /**
     * Has it made, unless somebody else is at it. Blocks for seconds.
     *
     * @return what went wrong
     */
    Optional<String> make(Launch launch) throws InterruptedException {
        Key wanted = key;
        if (wanted == null) {
            return Optional.empty();
        }
        Path making = wanted.folder.resolve(wanted.name + ".making");
        Path half = wanted.folder.resolve(
                wanted.name + "." + ProcessHandle.current().pid() + ".half");
        try {
            removeOld(wanted);
            if (!claim(making)) {
                return Optional.empty();
            }
            try {
                int code = train(wanted, half, launch);
                if (code != 0 || !Files.exists(half)) {
                    return Optional.of("the training of a start archive ended with " + code);
                }
                Path made = wanted.folder.resolve(wanted.fileName(half));
                Files.move(half, made, StandardCopyOption.ATOMIC_MOVE);
                file = made;
                return Optional.empty();
            } finally {
                Files.deleteIfExists(half);
                Files.deleteIfExists(making);
            }
        } catch (IOException e) {
            return Optional.of("no start archive is made: " + e);
        } finally {
            over = file == null;
        }
    }

    /** Whether it is ours to make: nobody is at it, or who was is dead. */
    static boolean claim(Path making) throws IOException {
        for (int i = 0; i < CLAIMS; i++) {
            try {
                ProcessIdentity me = ProcessIdentity.of(ProcessHandle.current().pid());
                Files.writeString(making, maker(me), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                return true;
            } catch (FileAlreadyExistsException e) {
                if (isMade(making)) {
                    return false;
                }
                Files.deleteIfExists(making);
            }
        }
        return false;
    }

    /** How the file says who makes it. */
    static String maker(ProcessIdentity process) {
        return String.join(
                " ",
                Long.toString(process.pid()),
                Long.toString(process.start()),
                ProcessIdentity.BOOT,
                ProcessIdentity.SPACE);
    }

    /** Whether its maker lives, or cannot be looked up from here and may. */
    private static boolean isMade(Path making) throws IOException {
        try {
            String[] maker = Files.readString(making).split(" ", -1);
            return maker.length != 4
                    || !ProcessIdentity.isHere(maker[2], maker[3])
                    || new ProcessIdentity(Long.parseLong(maker[0]), Long.parseLong(maker[1])).isAlive();
        } catch (NoSuchFileException e) {
            return false;
        } catch (NumberFormatException e) {
            return true;
        }
    }

    private static int train(Key wanted, Path half, Launch launch) throws IOException, InterruptedException {
        Path hand = half.resolveSibling(half.getFileName() + ".hand");
        // Beside the first tasks it should not be noticed.
        List<String> command = new ArrayList<>(List.of("sh", "-c", "exec nice -n 19 \"$@\"", "sh"));
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(wanted.flags);
        command.add((isAot() ? "-XX:AOTCacheOutput=" : "-XX:ArchiveClassesAtExit=") + half);
        command.add("-cp");
        command.add(WorkerClasspath.joined(wanted.jars));
        command.addAll(List.of("dev.rework.worker.WorkerMain", "--train"));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        WorkerSpawn.SECRETS.forEach(builder.environment()::remove);
        Process process = builder.start();
        try (OutputStream told = process.getOutputStream()) {
            launch.write(hand, told);
            told.flush();
            if (process.waitFor(MAKING_SECONDS, TimeUnit.SECONDS)) {
                return process.exitValue();
            }
            return -1;
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            Files.deleteIfExists(hand);
        }
    }

    /** What a maker left that was killed, and what nobody has used for a month. */
    private static void removeOld(Key wanted) throws IOException {
        Instant now = Instant.now();
        try (Stream<Path> files = Files.list(wanted.folder)) {
            for (Path each : files.toList()) {
                boolean whole =
                        each.toString().endsWith(".jsa") || each.toString().endsWith(".aot");
                Duration kept = whole ? UNUSED : Duration.ofSeconds(2 * MAKING_SECONDS);
                if (Files.getLastModifiedTime(each).toInstant().isBefore(now.minus(kept))) {
                    Files.deleteIfExists(each);
                }
            }
        }
    }

    private static boolean isAot() {
        return Runtime.version().feature() >= AOT_SINCE;
    }

    private static String name(List<Path> jars, List<String> flags) throws IOException {
        MessageDigest digest = sha256();
        for (String fact : List.of("java.home", "java.vm.version", "java.vm.vendor", "os.arch")) {
            digest.update((System.getProperty(fact, "") + "\n").getBytes(StandardCharsets.UTF_8));
        }
        Path release = Path.of(System.getProperty("java.home"), "release");
        if (Files.isReadable(release)) {
            digest.update(Files.readAllBytes(release));
        }
        digest.update(String.join("\n", flags).getBytes(StandardCharsets.UTF_8));
        for (Path jar : jars) {
            // Java compares the time as well: a copy of the same contents needs an archive of its own.
            String place = "\n" + jar + " " + Files.getLastModifiedTime(jar).toMillis() + "\n";
            digest.update(place.getBytes(StandardCharsets.UTF_8));
            digest.update(Files.readAllBytes(jar));
        }
        return "worker-" + HexFormat.of().formatHex(digest.digest(), 0, 12);
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static int checksum(Path file) throws IOException {
        CRC32C sum = new CRC32C();
        byte[] bytes = new byte[1 << 16];
        try (InputStream in = Files.newInputStream(file)) {
            for (int length = in.read(bytes); length >= 0; length = in.read(bytes)) {
                sum.update(bytes, 0, length);
            }
        }
        return (int) sum.getValue();
    }
}
