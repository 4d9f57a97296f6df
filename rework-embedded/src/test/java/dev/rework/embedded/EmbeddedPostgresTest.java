package dev.rework.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EmbeddedPostgresTest {

    /** A home that was started and stopped once: the programs of all tests, and data to begin with. */
    @TempDir
    static Path shared;

    @TempDir
    Path folder;

    private Path home;
    private EmbeddedPostgres postgres;

    @BeforeAll
    static void initialiseOnce() {
        EmbeddedPostgres.at(shared).start();
        EmbeddedPostgres.at(shared).stop();
    }

    @BeforeEach
    void makeHome() throws Exception {
        home = folder.resolve("home");
        postgres = EmbeddedPostgres.at(home);
        Files.createDirectory(home);
        Files.createSymbolicLink(home.resolve("pg"), shared.resolve("pg"));
    }

    /** The home with data in it: quicker than making it anew. */
    private EmbeddedPostgres initialised() throws Exception {
        Account self = new Account(List.of(), -1, -1);
        for (String thing : List.of("data", "password")) {
            List<String> copy = List.of("cp", "-a", shared.resolve(thing).toString(), home.toString());
            assertThat(self.run(copy).exit()).isZero();
        }
        return postgres;
    }

    @AfterEach
    void stop() {
        postgres.stop();
    }

    private Connection connect() throws SQLException {
        return connect(Files.exists(home.resolve("password")) ? postgres.url() : "");
    }

    private static Connection connect(String url) throws SQLException {
        String[] parts = url.substring("postgresql://".length()).split("[:@/]");
        return DriverManager.getConnection(
                "jdbc:postgresql://" + parts[2] + ":" + parts[3] + "/" + parts[4], parts[0], parts[1]);
    }

    private static String show(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    @Test
    void startsFindsItselfAndStops() throws Exception {
        assertThat(postgres.status().state()).isEqualTo(EmbeddedStatus.State.ABSENT);
        EmbeddedServer first = postgres.start();
        EmbeddedServer second = EmbeddedPostgres.at(home).start();

        assertThat(first.startedHere()).isTrue();
        assertThat(second.startedHere()).isFalse();
        assertThat(second.url()).isEqualTo(first.url()).isEqualTo(postgres.url());
        assertThat(first.toString())
                .doesNotContain(Files.readString(home.resolve("password")).strip());
        assertThat(postgres.status().state()).isEqualTo(EmbeddedStatus.State.RUNNING);
        assertThat(postgres.stop()).isTrue();
        assertThat(postgres.stop()).isFalse();
        assertThat(postgres.status().state()).isEqualTo(EmbeddedStatus.State.STOPPED);
        assertThat(postgres.start().url()).isEqualTo(first.url());
    }

    @Test
    @Tag("S20")
    void isDurableClosedAndOnTheLoopbackOnly() throws Exception {
        initialised().start();
        try (Connection connection = connect()) {
            assertThat(show(connection, "show fsync")).isEqualTo("on");
            assertThat(show(connection, "show synchronous_commit")).isEqualTo("on");
            assertThat(show(connection, "show full_page_writes")).isEqualTo("on");
            assertThat(show(connection, "show listen_addresses")).isEqualTo("127.0.0.1");
            assertThat(show(connection, "show unix_socket_directories")).isEmpty();
            assertThat(show(connection, "select string_agg(distinct auth_method, ',') from pg_hba_file_rules"))
                    .isEqualTo("scram-sha-256");
            assertThat(show(connection, "select left(rolpassword, 13) from pg_authid where rolname = 'rework'"))
                    .isEqualTo("SCRAM-SHA-256");
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(home.resolve("password"))))
                .isEqualTo("rw-------");
    }

    @Test
    @Tag("S20")
    void refusesAnotherPassword() throws Exception {
        String url = initialised().start().url();
        assertThatThrownBy(() -> connect(url.replaceFirst(":[0-9a-f]+@", ":guess@")))
                .isInstanceOfSatisfying(
                        SQLException.class, e -> assertThat(e.getSQLState()).isEqualTo("28P01"));
    }

    @Test
    void aLostPasswordFileIsNamed() throws Exception {
        initialised().start();
        Files.writeString(home.resolve("password"), "guess\n");
        assertThatThrownBy(postgres::start)
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessageContaining("file password")
                .hasMessageContaining(home.toString());
    }

    @Test
    void aLongLogIsSetAside() throws Exception {
        initialised().start();
        postgres.stop();
        try (var log = FileChannel.open(home.resolve("server.log"), StandardOpenOption.WRITE)) {
            log.write(ByteBuffer.wrap(new byte[] {'x'}), 30_000_000);
        }
        postgres.start();
        assertThat(Files.size(home.resolve("server.log"))).isLessThan(1_000_000);
        assertThat(home.resolve("server.log.1")).exists();
    }

    @Test
    @Tag("slow")
    @Tag("S20")
    @Tag("S21")
    void anotherUserCannotReadThePassword() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")));
        initialised().start();
        Account nobody =
                new Account(List.of("setpriv", "--reuid=65533", "--regid=65533", "--clear-groups"), 65533, 65533);
        assertThat(nobody.run(List.of("cat", home.resolve("password").toString()))
                        .exit())
                .isNotZero();
    }

    @Test
    @Tag("slow")
    void manyMayStartItAtOnce() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try (Starter one = new Starter(home);
                Starter two = new Starter(home)) {
            List<Future<EmbeddedServer>> starts = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                starts.add(threads.submit(() -> EmbeddedPostgres.at(home).start()));
            }
            int starters = (one.startedIt() ? 1 : 0) + (two.startedIt() ? 1 : 0);
            for (Future<EmbeddedServer> start : starts) {
                starters += value(start).startedHere() ? 1 : 0;
                assertThat(value(start).url()).isEqualTo(postgres.url());
            }
            assertThat(starters).isEqualTo(1);
        } finally {
            threads.shutdownNow();
        }
    }

    private static EmbeddedServer value(Future<EmbeddedServer> future) throws InterruptedException, ExecutionException {
        return future.get();
    }

    @Test
    @Tag("fault-47")
    void survivesTheKillOfItsStarter() throws Exception {
        initialised();
        try (Starter starter = new Starter(home)) {
            assertThat(starter.startedIt()).isTrue();
            starter.kill();
        }
        assertThat(postgres.start().startedHere()).isFalse();
        try (Connection connection = connect()) {
            assertThat(show(connection, "select 1")).isEqualTo("1");
        }
    }

    @Test
    @Tag("slow")
    @Tag("fault-47")
    void startsAfterItsStarterWasKilledWhileInitialising() throws Exception {
        try (Starter starter = new Starter(home)) {
            Eventually.isTrue("initdb has begun", () -> {
                try (Stream<Path> half = Files.walk(home.resolve("data"), 2)) {
                    return half.anyMatch(p -> p.endsWith("base") || p.endsWith("global"));
                }
            });
            starter.kill();
        }
        postgres.start();
        Eventually.isTrue("a later start removes what was left", () -> {
            postgres.stop();
            postgres.start();
            try (Stream<Path> children = Files.list(home.resolve("data"))) {
                return children.count() == 1;
            }
        });
    }

    @Test
    @Tag("slow")
    @Tag("fault-21")
    void startsAfterItsPostmasterWasKilledUnderABusyBackend() throws Exception {
        initialised().start();
        try (Connection busy = connect();
                Connection other = connect();
                Statement work = busy.createStatement()) {
            try (Statement make = other.createStatement()) {
                make.execute("create table kept as select 42 as answer");
            }
            ExecutorService thread = Executors.newSingleThreadExecutor();
            try {
                thread.submit(() -> work.execute("do 'begin loop null; end loop; end'"));
                Eventually.isTrue(
                        "a backend is busy",
                        () -> show(other, "select count(*) from pg_stat_activity where query like 'do %'")
                                .equals("1"));
                long pid = postgres.status().pid();
                ProcessHandle.of(pid).orElseThrow().destroyForcibly();
                Eventually.isTrue(
                        "the postmaster is gone", () -> postgres.status().state() == EmbeddedStatus.State.STOPPED);

                assertThat(postgres.start().startedHere()).isTrue();
            } finally {
                thread.shutdownNow();
            }
        }
        try (Connection connection = connect()) {
            assertThat(show(connection, "select answer from kept")).isEqualTo("42");
        }
    }

    @Test
    @Tag("slow")
    void startsWhenAnotherProcessHasThePidOfItsOldPostmaster() throws Exception {
        initialised().start();
        postgres.stop();
        String stranger =
                ProcessHandle.current().pid() + "\n" + postgres.status().data() + "\n1\n5432\n\n\n\nready\n";
        Files.writeString(postgres.status().data().resolve("postmaster.pid"), stranger);

        assertThat(postgres.status().state()).isEqualTo(EmbeddedStatus.State.STOPPED);
        assertThat(postgres.start().startedHere()).isTrue();
    }

    @Test
    void takesAnotherPortWhenItsOwnIsTaken() throws Exception {
        initialised().start();
        int port = postgres.status().port();
        postgres.stop();
        try (ServerSocket stranger = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            postgres.start();
            assertThat(postgres.status().port()).isNotEqualTo(stranger.getLocalPort());
        }
        try (Connection connection = connect()) {
            assertThat(show(connection, "select 1")).isEqualTo("1");
        }
    }

    @Test
    void refusesDataOfAnotherVersion() throws Exception {
        Files.createDirectories(home.resolve("data/17"));
        Files.writeString(home.resolve("data/17/PG_VERSION"), "17\n");
        assertThatThrownBy(postgres::start)
                .isInstanceOf(EmbeddedPostgresException.class)
                .hasMessageContaining("was made by Postgres 17")
                .hasMessageContaining("brings Postgres 18");
    }

    @Test
    @Tag("slow")
    void runsAsAnotherUserWhereRootMayNotUnshare() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")));
        Path bin = Files.createDirectory(folder.resolve("bin"));
        Path unshare = Files.writeString(bin.resolve("unshare"), "#!/bin/sh\nexit 1\n");
        Files.setPosixFilePermissions(unshare, PosixFilePermissions.fromString("rwxr-xr-x"));
        try (Starter starter = Starter.withPath(home, bin)) {
            assertThat(starter.startedIt()).isTrue();
        }
        Path data = postgres.status().data();
        try {
            assertThat(Files.getAttribute(data, "unix:uid")).isEqualTo(65534);
            assertThat(postgres.start().startedHere()).isFalse();
            assertThat(postgres.stop()).isTrue();
            assertThat(postgres.start().startedHere()).isTrue();
            ProcessHandle.of(postgres.status().pid()).orElseThrow().destroyForcibly();
            Eventually.isTrue(
                    "the postmaster is gone", () -> postgres.status().state() == EmbeddedStatus.State.STOPPED);
            assertThat(postgres.start().startedHere()).isTrue();
        } finally {
            postgres.stop();
            Trees.remove(data.getParent().getParent());
        }
    }

    @Test
    @Tag("slow")
    void aFolderOfAnotherUserIsLeftAloneWhereRootMayNotUnshare() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")));
        Path bin = Files.createDirectory(folder.resolve("bin"));
        Path unshare = Files.writeString(bin.resolve("unshare"), "#!/bin/sh\nexit 1\n");
        Files.setPosixFilePermissions(unshare, PosixFilePermissions.fromString("rwxr-xr-x"));
        Path taken = Files.createDirectories(home.resolve("server"));
        Path marker = Files.writeString(taken.resolve("mine"), "");
        try (Starter starter = Starter.withPath(home, bin)) {
            assertThat(starter.startedIt()).isTrue();
            assertThat(marker).exists();
            assertThat(postgres.status().data().startsWith(taken)).isFalse();
        } finally {
            Path data = postgres.status().data();
            postgres.stop();
            Trees.remove(data.getParent().getParent());
        }
    }

    @Test
    @Tag("slow")
    void aHomeThatWasDeletedMayBeMadeAnewWhereRootMayNotUnshare() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")));
        Path bin = Files.createDirectory(folder.resolve("bin"));
        Path unshare = Files.writeString(bin.resolve("unshare"), "#!/bin/sh\nexit 1\n");
        Files.setPosixFilePermissions(unshare, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<Path> places = new ArrayList<>();
        try {
            for (int i = 0; i < 2; i++) {
                try (Starter starter = Starter.withPath(home, bin)) {
                    assertThat(starter.startedIt()).isTrue();
                }
                Path place =
                        home.resolve(Files.readString(home.resolve("place")).strip());
                places.add(place);
                if (i == 0) {
                    Trees.remove(home); // its server still runs
                }
            }
            assertThat(places.get(0)).isEqualTo(places.get(1));
        } finally {
            postgres.stop();
            for (Path place : places) {
                try (Stream<Path> siblings = Files.list(place.getParent())) {
                    for (Path one : siblings.filter(p -> p.toString().startsWith(place.toString()))
                            .toList()) {
                        Trees.remove(one);
                    }
                }
            }
        }
    }

    @Test
    @Tag("slow")
    void rootFindsAndRunsWhatAUserMade() throws Exception {
        assumeTrue("root".equals(System.getProperty("user.name")));
        Path reachable = Files.createTempDirectory(Path.of("/tmp"), "rework-user-");
        Path users = reachable.resolve("home");
        EmbeddedPostgres theirs = EmbeddedPostgres.at(users);
        try {
            Files.setPosixFilePermissions(reachable, PosixFilePermissions.fromString("rwx--x--x"));
            theirs.start();
            theirs.stop();
            Account root = new Account(List.of(), -1, -1);
            assertThat(root.run(List.of("chown", "-R", "65533:65533", users.toString()))
                            .exit())
                    .isZero();
            Files.delete(users.resolve("port"));

            assertThat(theirs.start().startedHere()).isTrue();
            assertThat(Files.getAttribute(users.resolve("port"), "unix:uid")).isEqualTo(65533);
            assertThat(Files.exists(users.resolve("place"))).isFalse();
        } finally {
            theirs.stop();
            Trees.remove(reachable);
        }
    }

    @Test
    @Tag("slow")
    void aBackupTakenUnderLoadStartsElsewhere() throws Exception {
        initialised().start();
        Path copy = folder.resolve("copy");
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute("create table kept as select generate_series(1, 10000) as n");
            postgres.backup(copy);
        }
        Path second = Files.createDirectory(folder.resolve("second"));
        Files.createSymbolicLink(second.resolve("pg"), shared.resolve("pg"));
        Files.createDirectory(second.resolve("data"));
        Files.copy(home.resolve("password"), second.resolve("password"));
        Files.move(copy, second.resolve("data/18"));
        EmbeddedPostgres restored = EmbeddedPostgres.at(second);
        try (Connection connection = connect(restored.start().url())) {
            assertThat(show(connection, "select sum(n) from kept")).isEqualTo("50005000");
            assertThat(postgres.status().state()).isEqualTo(EmbeddedStatus.State.RUNNING);
        } finally {
            restored.stop();
        }
    }
}
