package dev.rework.embedded;

import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/**
 * The server of all tests: {@code REWORK_TEST_DB}, or Docker's when {@code -Drework.test.server=docker} asks for it, or
 * the embedded one under {@code rework.test.home}, shared by all JVMs of a build. The JVM that leaves an embedded one
 * last stops it, unless it was running before the tests.
 */
final class TestServer {

    private static final String PRESENCE = "rework-test-presence";

    private final String address; // up to the database's name
    private final String parameters;
    private final Properties login;
    private final Connection presence;

    private TestServer(String url) throws SQLException {
        URI uri = URI.create(url.startsWith("jdbc:") ? url.substring(5) : url);
        this.address = uri.getHost() + ":" + (uri.getPort() < 0 ? 5432 : uri.getPort());
        this.parameters = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
        this.login = login(uri);
        Properties present = new Properties(login);
        present.putAll(login);
        present.setProperty("ApplicationName", PRESENCE);
        String database =
                uri.getRawPath().isEmpty() ? "postgres" : uri.getRawPath().substring(1);
        this.presence = DriverManager.getConnection(jdbc(database), present);
    }

    private static final class One {
        private static final TestServer SERVER = find();
    }

    /** The server, found or started at the first call. */
    static TestServer get() {
        return One.SERVER;
    }

    private static TestServer find() {
        try {
            String given = System.getenv("REWORK_TEST_DB");
            if (given != null && !given.isBlank()) {
                return announced("REWORK_TEST_DB", new TestServer(given));
            }
            if ("docker".equals(System.getProperty("rework.test.server"))) {
                if (DockerServer.isThere()) {
                    return announced("Testcontainers", new TestServer(DockerServer.url()));
                }
                System.err.println("-Drework.test.server=docker, but no Docker engine answers");
            }
            return embedded(Path.of(System.getProperty("rework.test.home", "target/test-home")));
        } catch (IOException | SQLException e) {
            throw new IllegalStateException("no Postgres for the tests: " + e.getMessage(), e);
        }
    }

    private static TestServer announced(String origin, TestServer server) throws SQLException {
        System.err.println("tests use Postgres " + server.one("show server_version") + " from " + origin);
        return server;
    }

    private static TestServer embedded(Path home) throws IOException, SQLException {
        Files.createDirectories(home);
        try (FileChannel channel = coming(home);
                FileLock alone = channel.lock()) {
            return foundOrStarted(home);
        }
    }

    /** Who comes must not find a server that the last one is about to stop. */
    private static FileChannel coming(Path home) throws IOException {
        return FileChannel.open(home.resolve("tests.lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    private static TestServer foundOrStarted(Path home) throws IOException, SQLException {
        EmbeddedPostgres postgres = EmbeddedPostgres.at(home);
        EmbeddedServer running = postgres.start();
        Path ours = home.resolve("started-by-tests");
        TestServer server = new TestServer(running.url());
        if (running.startedHere()) {
            Files.writeString(ours, "");
            server.dropLeftBehind();
            // Its name is the schema's too: by default our statements would find tables they forget to qualify.
            server.execute("alter role current_user set search_path = public");
        }
        Runtime.getRuntime().addShutdownHook(new Thread(() -> server.leave(postgres, ours)));
        return announced("the embedded one in " + home, server);
    }

    /** Test databases that killed JVMs left; nobody else is here yet. */
    private void dropLeftBehind() throws SQLException {
        try (Statement statement = presence.createStatement();
                ResultSet rows = statement.executeQuery("select datname from pg_database where datname ~ '^t_'");
                Statement drop = presence.createStatement()) {
            while (rows.next()) {
                drop.execute("drop database if exists " + rows.getString(1) + " with (force)");
            }
        }
    }

    private void leave(EmbeddedPostgres postgres, Path ours) {
        try (FileChannel channel = coming(ours.toAbsolutePath().getParent());
                FileLock alone = channel.lock()) {
            long present = Long.parseLong(
                    one("select count(*) from pg_stat_activity where application_name = '" + PRESENCE + "'"));
            presence.close();
            if (present == 1 && Files.deleteIfExists(ours)) {
                postgres.stop();
            }
        } catch (IOException | SQLException | RuntimeException e) {
            System.err.println("the tests' Postgres was left running: " + e.getMessage());
        }
    }

    private static Properties login(URI uri) {
        Properties login = new Properties();
        String info = uri.getRawUserInfo();
        if (info != null) {
            String[] parts = info.split(":", 2);
            login.setProperty("user", URLDecoder.decode(parts[0], StandardCharsets.UTF_8));
            if (parts.length > 1) {
                login.setProperty("password", URLDecoder.decode(parts[1], StandardCharsets.UTF_8));
            }
        }
        return login;
    }

    /** Runs statements of the fixture itself, one thread at a time. */
    synchronized void execute(String sql) throws SQLException {
        try (Statement statement = presence.createStatement()) {
            statement.execute(sql);
        }
    }

    /** One value as text, empty when there is none. */
    synchronized String one(String sql) throws SQLException {
        try (Statement statement = presence.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? String.valueOf(row.getString(1)) : "";
        }
    }

    Properties login() {
        return login;
    }

    String jdbc(String database) {
        return "jdbc:postgresql://" + address + "/" + database + parameters;
    }

    String url(String database) {
        String user = encode(login.getProperty("user", "postgres"));
        String password = login.getProperty("password");
        String who = password == null ? user : user + ":" + encode(password);
        return "postgresql://" + who + "@" + address + "/" + database + parameters;
    }

    private static String encode(String text) {
        return java.net.URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
