package dev.rework.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Where an embedded Postgres keeps its things. Password, port and lock stay in the home; programs and data lie in its
 * place, which is the home too unless the server has to run under an account that cannot reach it.
 */
record Layout(Path home) {

    private static final String CLOSED = "rwx------";

    static Layout in(Path home) throws IOException {
        Path absolute = home.toAbsolutePath().normalize();
        Path parent = absolute.getParent();
        if (!Files.isDirectory(absolute) && parent != null) {
            Files.createDirectories(parent);
            createClosed(absolute);
        }
        return new Layout(absolute.toRealPath());
    }

    private static void createClosed(Path folder) throws IOException {
        try {
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(CLOSED)));
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(folder)) {
                throw e;
            }
        }
    }

    Path place() throws IOException {
        Path note = home.resolve("place");
        return Files.exists(note) ? home.resolve(Files.readString(note).strip()) : home;
    }

    Path programs() throws IOException {
        return place().resolve("pg");
    }

    Path log() throws IOException {
        return place().resolve("server.log");
    }

    /** The data that is there, of whatever version. */
    Optional<Path> data() throws IOException {
        Path all = allData();
        if (!Files.isDirectory(all)) {
            return Optional.empty();
        }
        try (Stream<Path> children = Files.list(all)) {
            return children.filter(p -> Files.exists(p.resolve("PG_VERSION")))
                    .filter(p -> !p.getFileName().toString().contains("-"))
                    .findFirst();
        }
    }

    Path allData() throws IOException {
        return place().resolve("data");
    }

    /** Makes room for a server of another account: in the home when it gets there, else in the system's own folders. */
    void settle(Account account) throws IOException {
        if (!account.isOther() || Files.exists(home.resolve("place"))) {
            return;
        }
        Files.setPosixFilePermissions(home, PosixFilePermissions.fromString("rwx--x--x"));
        String elsewhere = "rework-embedded-" + digest(home.toString());
        List<Path> candidates =
                List.of(home.resolve("server"), Path.of("/var/lib", elsewhere), Path.of("/var/tmp", elsewhere));
        for (Path candidate : candidates) {
            if (prepared(candidate, account)) {
                Path note = candidate.startsWith(home) ? home.relativize(candidate) : candidate;
                write(home.resolve("place"), note.toString());
                return;
            }
        }
        throw new EmbeddedPostgresException(
                "no folder for Postgres' data that user " + account.uid() + " can reach; tried " + candidates);
    }

    private static boolean prepared(Path folder, Account account) {
        try {
            setOrphanAside(folder, account);
            Files.createDirectory(
                    folder, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(CLOSED)));
            account.own(folder);
            if (account.reaches(folder)) {
                return true;
            }
            Files.delete(folder);
            return false;
        } catch (IOException e) {
            return false;
        }
    }

    /** The data of a home that was deleted here: nobody has its password any more. Kept, in case that was a mistake. */
    private static void setOrphanAside(Path folder, Account account) throws IOException {
        if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS) || !account.owns(folder)) {
            return;
        }
        Path all = folder.resolve("data");
        if (Files.isDirectory(all)) {
            try (Stream<Path> data = Files.list(all)) {
                for (Path one : data.toList()) {
                    Postmaster.workingIn(one, account).forEach(ProcessHandle::destroyForcibly);
                }
            }
        }
        String name = folder.getFileName() + ".orphan-" + Instant.now().getEpochSecond();
        Files.move(folder, folder.resolveSibling(name));
    }

    private static String digest(String text) {
        try {
            byte[] all = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(all, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The password, made on first use. */
    String password() throws IOException {
        Path file = home.resolve("password");
        if (Files.exists(file)) {
            String password = Files.readString(file).strip();
            if (!password.isEmpty()) {
                return password;
            }
        }
        byte[] bytes = new byte[24];
        new SecureRandom().nextBytes(bytes);
        String password = HexFormat.of().formatHex(bytes);
        write(file, password);
        return password;
    }

    Optional<String> knownPassword() throws IOException {
        Path file = home.resolve("password");
        return Files.exists(file) ? Optional.of(Files.readString(file).strip()) : Optional.empty();
    }

    /** The port chosen at the first start, 0 before. */
    int port() throws IOException {
        Path file = home.resolve("port");
        return Files.exists(file) ? Integer.parseInt(Files.readString(file).strip()) : 0;
    }

    void choosePort(int port) throws IOException {
        write(home.resolve("port"), Integer.toString(port));
    }

    /** Readable by the owner alone from its first moment, and whole or absent. */
    static void write(Path file, String text) throws IOException {
        Path half = file.resolveSibling(file.getFileName() + ".half");
        Files.deleteIfExists(half);
        try {
            Files.createFile(half, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            throw new EmbeddedPostgresException("somebody else writes " + half, e);
        }
        Files.writeString(half, text + "\n", StandardOpenOption.WRITE);
        UserPrincipal owner = Files.getOwner(file.resolveSibling("."));
        if (!owner.equals(Files.getOwner(half))) {
            Files.setOwner(half, owner); // root at work in a user's home
        }
        Files.move(half, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }
}
