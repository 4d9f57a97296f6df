package dev.rework.internal;

import dev.rework.SecretKeyMissing;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where a process finds its keys: {@code REWORK_SECRET_KEY}, else the file of {@code REWORK_SECRET_KEY_FILE}, else {@code
 * secret.key} in {@code REWORK_HOME}. A file is read again when it is a second old, so that a new key needs no restart.
 * Threads may share it.
 */
public final class SecretKeys {
    /** The variable that holds keys themselves; no operation and no child inherits it. */
    public static final String VARIABLE = "REWORK_SECRET_KEY";

    private static final String FILE_VARIABLE = "REWORK_SECRET_KEY_FILE";
    private static final String FILE = "secret.key";
    private static final String AT = "file:";
    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();
    private static final Set<PosixFilePermission> OWN =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);

    private final @Nullable String given;
    private final Path file;
    private @Nullable KeyRing ring;
    private long readNanos;

    private SecretKeys(@Nullable String given, Path file) {
        this.given = given;
        this.file = file;
    }

    /** Whether a schema has secret parts, seen without reading it, nor loading what would. */
    public static boolean areFor(@Nullable String schema) {
        return schema != null && schema.contains('"' + SecretShape.KEYWORD + '"');
    }

    /** Of this process. */
    public static SecretKeys current() {
        return of(System.getenv(), ReworkHome.current());
    }

    /** Of an environment and a home. Reads nothing yet. */
    public static SecretKeys of(Map<String, String> environment, ReworkHome home) {
        String given = environment.getOrDefault(VARIABLE, "");
        String named = environment.getOrDefault(FILE_VARIABLE, "");
        Path file = named.isBlank() ? home.path().resolve(FILE) : Path.of(named).toAbsolutePath();
        return new SecretKeys(given.isBlank() ? null : given, file);
    }

    /** As {@link #launchText} wrote it. */
    public static SecretKeys ofLaunch(String text) {
        return text.startsWith(AT)
                ? new SecretKeys(null, Path.of(text.substring(AT.length())))
                : new SecretKeys(text, Path.of(FILE));
    }

    /** What a worker is told on its standard input: the keys, or where they are. */
    public String launchText() {
        String keys = given;
        return keys == null ? AT + file : keys.replaceAll("[\\r\\n]+", ",");
    }

    /** The file of the keys, null when a variable holds them. */
    public @Nullable Path file() {
        return given == null ? file : null;
    }

    /** Where they are, for people. */
    public String where() {
        return given == null ? file.toString() : VARIABLE;
    }

    /** The keys, none when there are none; {@link SecretKeyMissing} when they cannot be read or others could read them. */
    public synchronized KeyRing ring() {
        KeyRing known = ring;
        if (known != null && (given != null || System.nanoTime() - readNanos < FRESH_NANOS)) {
            return known;
        }
        KeyRing read = read();
        ring = read;
        readNanos = System.nanoTime();
        return read;
    }

    /** The keys after a second look: one may have been added a moment ago. */
    synchronized KeyRing ringAgain() {
        if (given == null) {
            ring = null;
        }
        return ring();
    }

    /** The keys, at least one; {@code what} needs it. */
    KeyRing demand(String what) {
        KeyRing now = ring();
        if (now.isEmpty()) {
            throw new SecretKeyMissing(what + ", and there is no key to seal it with (" + where()
                    + "): rework make-secret-key makes one, or name its file in " + FILE_VARIABLE);
        }
        return now;
    }

    private KeyRing read() {
        try {
            return KeyRing.parse(text());
        } catch (IllegalArgumentException e) {
            throw new SecretKeyMissing(where() + ": " + e.getMessage());
        } catch (IOException e) {
            throw new SecretKeyMissing("cannot read the keys of secrets in " + file);
        }
    }

    private String text() throws IOException {
        String keys = given;
        if (keys != null) {
            return keys;
        }
        if (!Files.exists(file)) {
            return "";
        }
        if (isPosix() && !OWN.containsAll(Files.getPosixFilePermissions(file))) {
            throw new SecretKeyMissing("others may read the keys of secrets in " + file + ": chmod 600 it");
        }
        return Files.readString(file);
    }

    /** Adds a new key to the file, which is made when there is none; it seals from now on. Its id. */
    public synchronized String add() {
        if (given != null) {
            throw new SecretKeyMissing(
                    "the keys are given in " + VARIABLE + ": add a new one there, last, with a comma between");
        }
        boolean isFirst = ring().isEmpty();
        String key = KeyRing.newKey();
        try {
            Path folder = file.toAbsolutePath().getParent();
            if (folder != null) {
                Files.createDirectories(folder);
            }
            if (!Files.exists(file)) {
                make();
            }
            Files.writeString(
                    file,
                    (isFirst
                                    ? "# Keys of rework's secrets. The last one seals. Who has them can read the secrets.\n"
                                    : "")
                            + key + "\n",
                    StandardCharsets.UTF_8,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
        ring = null;
        return KeyRing.parse(key).ids().get(0);
    }

    private void make() throws IOException {
        if (isPosix()) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } else {
            Files.createFile(file);
        }
    }

    private boolean isPosix() {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix");
    }

    /** Names no key. */
    @Override
    public String toString() {
        return "the keys of " + where();
    }
}
