package dev.rework.testing.faults;

import dev.rework.embedded.Eventually;
import dev.rework.internal.DatabaseAddress;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** PgBouncer in transaction mode in front of a server: sessions change hands after each transaction. For one thread. */
public final class PgBouncer implements AutoCloseable {

    private final Process process;
    private final Path folder;
    private final int port;

    private PgBouncer(Process process, Path folder, int port) {
        this.process = process;
        this.folder = folder;
        this.port = port;
    }

    private static String program() {
        return System.getenv().getOrDefault("REWORK_PGBOUNCER", "/usr/sbin/pgbouncer");
    }

    /** Why this machine can not have one; empty when it can. */
    public static Optional<String> missing() {
        return new File(program()).canExecute() ? Optional.empty() : Optional.of("PgBouncer is not installed");
    }

    /** Starts one; returns once it answers. */
    public static PgBouncer before(String url) throws IOException {
        URI server = URI.create(url);
        String[] user = server.getUserInfo().split(":", 2);
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        // It refuses to be root, and is somebody else then: the folder has to be open to it.
        Path folder = Files.createTempDirectory(Path.of("/tmp"), "pgbouncer");
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path config = Files.writeString(folder.resolve("pgbouncer.ini"), """
                [databases]
                jobs = host=%s port=%d dbname=%s user=%s password=%s
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = any
                pool_mode = transaction
                default_pool_size = 4
                """.formatted(
                        server.getHost(), server.getPort(), server.getPath().substring(1), user[0], user[1], port));
        List<String> command = new ArrayList<>(List.of(program(), config.toString()));
        if (System.getProperty("user.name", "").equals("root")) {
            command.addAll(1, List.of("-u", "nobody"));
        }
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        PgBouncer bouncer = new PgBouncer(process, folder, port);
        Eventually.isTrue("PgBouncer answers", () -> {
            try (Connection connection = DatabaseAddress.parse(bouncer.url())
                    .throughPooler()
                    .dataSource("test")
                    .getConnection()) {
                return connection.isValid(5);
            }
        });
        return bouncer;
    }

    /** The address of the database behind it. */
    public String url() {
        return "postgres://u:p@127.0.0.1:" + port + "/jobs";
    }

    @Override
    public void close() throws IOException {
        process.destroy();
        try {
            process.waitFor(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
        for (String file : List.of("pgbouncer.ini", "log")) {
            Files.deleteIfExists(folder.resolve(file));
        }
        Files.deleteIfExists(folder);
    }
}
