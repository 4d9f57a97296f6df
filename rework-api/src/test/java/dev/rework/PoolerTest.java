package dev.rework;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.Pooler;
import java.io.File;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Through a real PgBouncer in transaction mode, where there is one: {@code REWORK_PGBOUNCER} names its program. */
@EnabledIf("present")
class PoolerTest {
    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    private static final SqlWorker WORKER = SqlWorker.on(db);
    private static Path folder;
    private static Process pgbouncer;
    private static int port;

    static boolean present() {
        return new File(program()).canExecute();
    }

    private static String program() {
        return System.getenv().getOrDefault("REWORK_PGBOUNCER", "/usr/sbin/pgbouncer");
    }

    @BeforeAll
    static void start() throws IOException {
        WORKER.serve("default", "echo", "h1");
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        DatabaseAddress direct = DatabaseAddress.parse(db.url(TestDatabase.Part.OPERATOR));
        // PgBouncer refuses to be root, and is somebody else then: the folder has to be open to it.
        folder = Files.createTempDirectory(Path.of("/tmp"), "pgbouncer");
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
                default_pool_size = 2
                """.formatted(
                direct.host(),
                direct.port(),
                db.name(),
                db.user(TestDatabase.Part.OPERATOR),
                db.password(TestDatabase.Part.OPERATOR).isEmpty() ? "none" : db.password(TestDatabase.Part.OPERATOR),
                port));
        List<String> command = new ArrayList<>(List.of(program(), config.toString()));
        if (System.getProperty("user.name").equals("root")) {
            command.addAll(1, List.of("-u", "nobody"));
        }
        pgbouncer = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
        Eventually.isTrue("PgBouncer answers", () -> {
            try (Connection connection = DatabaseAddress.parse(url())
                    .throughPooler()
                    .dataSource("test")
                    .getConnection()) {
                return connection.isValid(5);
            }
        });
    }

    @AfterAll
    static void stop() throws IOException, InterruptedException {
        pgbouncer.destroy();
        pgbouncer.waitFor(30, TimeUnit.SECONDS);
        for (String file : List.of("pgbouncer.ini", "log")) {
            Files.deleteIfExists(folder.resolve(file));
        }
        Files.deleteIfExists(folder);
    }

    private static String url() {
        return "postgres://u:p@127.0.0.1:" + port + "/jobs";
    }

    @Test
    @Tag("fault-33")
    void isNoticed() throws SQLException {
        try (Connection pooled = DatabaseAddress.parse(url()).dataSource("test").getConnection();
                Connection direct = DatabaseAddress.parse(db.url(TestDatabase.Part.OPERATOR))
                        .dataSource("test")
                        .getConnection()) {
            assertThat(Pooler.standsBefore(pooled)).isTrue();
            assertThat(Pooler.standsBefore(direct)).isFalse();
        }
    }

    @Test
    @Tag("fault-33")
    void servesAClientThatWasNotTold() throws Exception {
        serve(url());
    }

    @Test
    @Tag("fault-33")
    void servesAClientThatWasTold() throws Exception {
        serve(url() + "?pooler=true");
    }

    private static void serve(String url) throws Exception {
        try (Rework rework = Rework.connect(url)) {
            for (int i = 0; i < 30; i++) {
                rework.schedule("echo", i);
            }
            List<Task<Object>> tasks = rework.scheduleAll("echo", List.of(1, 2, 3));
            CompletableFuture<Object> output = tasks.get(2).future();
            assertThat(rework.tasks(TaskFilter.all())).isNotEmpty();

            WORKER.done(tasks.get(2).id(), "5");

            assertThat(output.get(60, TimeUnit.SECONDS)).isEqualTo(5);
            assertThat(tasks.get(0).abort("enough")).isTrue();
            assertThat(tasks.get(0).join().state()).isEqualTo(TaskState.ABORTED);
        }
    }
}
