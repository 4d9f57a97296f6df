package dev.rework.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;

/** The folder of this user's {@code rework} files: {@code $REWORK_HOME}, else {@code ~/.local/share/rework}. */
public record ReworkHome(Path path) {
    private static final boolean POSIX =
            FileSystems.getDefault().supportedFileAttributeViews().contains("posix");
    private static final int LONGEST_NAME = 120;

    public ReworkHome {
        path = path.toAbsolutePath().normalize();
    }

    /** The one of this process's environment. Creates nothing. */
    public static ReworkHome current() {
        return of(System.getenv());
    }

    static ReworkHome of(Map<String, String> environment) {
        String given = environment.getOrDefault("REWORK_HOME", "");
        if (!given.isBlank()) {
            return new ReworkHome(Path.of(given));
        }
        // Java takes user.home from the passwd file, where a container's user has no line.
        String home = environment.getOrDefault("HOME", "");
        return new ReworkHome(
                Path.of(home.isBlank() ? System.getProperty("user.home") : home, ".local", "share", "rework"));
    }

    /** A folder below it, made on the way, readable by this user alone. */
    public Path folder(String first, String... more) {
        try {
            Files.createDirectories(path);
            Path folder = make(path.resolve(first));
            for (String name : more) {
                folder = make(folder.resolve(name));
            }
            return folder;
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot make a folder in " + path + " (set REWORK_HOME to one you may write)", e);
        }
    }

    /** Makes one folder, 0700, unless it is there. */
    private static Path make(Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            return folder;
        }
        try {
            if (POSIX) {
                return Files.createDirectory(
                        folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            }
            return Files.createDirectory(folder);
        } catch (FileAlreadyExistsException e) {
            if (Files.isDirectory(folder)) {
                return folder;
            }
            throw e;
        }
    }

    /**
     * A file name for any text: the same text the same name, different texts different names, also where
     * upper and lower case are one. No separator, no leading dot, at most 120 characters.
     */
    public static String fileName(String text) {
        StringBuilder name = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-' || c == '_';
            if (plain || c == '.' && name.length() > 0) {
                name.append(c);
            } else {
                name.append('%').append(HexFormat.of().toHexDigits(b));
            }
        }
        if (name.length() > LONGEST_NAME) {
            String digest = sha256(text.getBytes(StandardCharsets.UTF_8));
            return name.substring(0, LONGEST_NAME - digest.length() - 1) + "~" + digest;
        }
        return name.isEmpty() ? "%" : name.toString();
    }

    private static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
