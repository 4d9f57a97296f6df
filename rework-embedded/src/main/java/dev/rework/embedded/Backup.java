package dev.rework.embedded;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

/** Postgres' low-level base backup: the files as they are, and the log that makes them one moment. */
final class Backup {

    // A temporary slot keeps the log we still have to copy; it goes with the session, also when that is killed.
    private static final String KEEP_LOG = """
            select pg_create_physical_replication_slot('rework_backup', true, true)
            """;

    private static final String BEGIN = """
            select pg_backup_start('rework db backup', true)
            """;

    private static final String END = """
            select labelfile from pg_backup_stop(false)
            """;

    /** Folders whose content belongs to the running server alone. */
    private static final Set<String> EMPTY = Set.of(
            "pg_wal",
            "pg_replslot",
            "pg_dynshmem",
            "pg_notify",
            "pg_serial",
            "pg_snapshots",
            "pg_stat_tmp",
            "pg_subtrans");

    private static final Set<String> LEFT_OUT = Set.of("postmaster.pid", "postmaster.opts", "pg_internal.init");

    private Backup() {}

    /** Copies beside its place and renames, so that a folder that is there is whole. */
    static void take(Connection connection, Path data, Path into) throws IOException, SQLException {
        if (Files.exists(into)) {
            throw new EmbeddedPostgresException(into + " exists already; name a folder that does not");
        }
        Path half = into.resolveSibling("." + into.getFileName() + ".half");
        Trees.remove(half);
        Path parent = half.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute(KEEP_LOG);
            statement.execute(BEGIN);
            copy(data, half, false);
            Files.writeString(half.resolve("backup_label"), label(statement));
            copy(data.resolve("pg_wal"), half.resolve("pg_wal"), true);
        }
        Files.setPosixFilePermissions(half, PosixFilePermissions.fromString("rwx------"));
        Files.move(half, into, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String label(Statement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery(END)) {
            row.next();
            return row.getString(1);
        }
    }

    private static void copy(Path from, Path to, boolean all) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attrs) throws IOException {
                Files.createDirectories(to.resolve(from.relativize(dir)));
                boolean skipped =
                        !all && (EMPTY.contains(name(dir)) || name(dir).startsWith("pgsql_tmp"));
                return skipped ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attrs) throws IOException {
                if (!LEFT_OUT.contains(name(file))) {
                    copyFile(file, to.resolve(from.relativize(file)));
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
                if (e instanceof NoSuchFileException) {
                    return FileVisitResult.CONTINUE; // dropped meanwhile: the log knows
                }
                throw e;
            }
        });
    }

    private static void copyFile(Path file, Path copy) throws IOException {
        try {
            Files.copy(file, copy, StandardCopyOption.COPY_ATTRIBUTES, StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException e) {
            // dropped meanwhile: the log knows
        }
    }

    private static String name(Path path) {
        return String.valueOf(path.getFileName());
    }
}
