package dev.rework.testing.faults;

import dev.rework.embedded.EmbeddedPostgres;
import dev.rework.internal.DatabaseAddress;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A second server that follows an embedded one by streaming, and can take its place. For one thread. */
public final class Standby implements AutoCloseable {

    private final EmbeddedPostgres server;
    private final String url;

    private Standby(EmbeddedPostgres server, String url) {
        this.server = server;
        this.url = url;
    }

    /**
     * Copies a running server, starts the copy as its standby and waits until it streams.
     *
     * @param primary the server to follow
     * @param primaryHome its home
     * @param home where the standby lives; must not exist yet
     * @param synchronous whether the primary acknowledges no commit that the standby does not have
     */
    public static Standby of(EmbeddedPostgres primary, Path primaryHome, Path home, boolean synchronous)
            throws IOException, SQLException {
        EmbeddedPostgres server = EmbeddedPostgres.at(home);
        server.start();
        server.stop();
        Path data = server.status().data();
        Path made = data.resolveSibling(data.getFileName() + ".made");
        Path copy = data.resolveSibling(data.getFileName() + ".copy");
        execute(primary.url(), "select pg_create_physical_replication_slot('standby', true)");
        primary.backup(copy);
        Shell.run("chown", "-R", "--reference=" + data, copy.toString());
        Shell.run("mv", data.toString(), made.toString());
        Shell.run("mv", copy.toString(), data.toString());
        Shell.run("rm", "-rf", made.toString());
        Files.copy(
                primaryHome.resolve("password"),
                home.resolve("password"),
                StandardCopyOption.REPLACE_EXISTING,
                StandardCopyOption.COPY_ATTRIBUTES);
        URI address = URI.create(primary.url());
        String[] user = address.getUserInfo().split(":", 2);
        Files.writeString(
                data.resolve("postgresql.auto.conf"),
                // By itself it would look for its primary again 5 s after each restart of that, and hold up all
                // commits.
                "wal_retrieve_retry_interval = '200ms'\nprimary_slot_name = 'standby'\nprimary_conninfo = 'host=127.0.0.1 port="
                        + address.getPort() + " user=" + user[0] + " password=" + user[1]
                        + " application_name=standby'\n",
                StandardOpenOption.CREATE,
                StandardOpenOption.APPEND);
        Files.writeString(data.resolve("standby.signal"), "");
        Shell.run("chown", "--reference=" + data, data + "/standby.signal", data + "/postgresql.auto.conf");
        Standby standby = new Standby(server, server.start().url());
        standby.awaitStreaming(primary.url());
        if (synchronous) {
            execute(primary.url(), "alter system set synchronous_standby_names = 'standby'");
            execute(primary.url(), "select pg_reload_conf()");
        }
        return standby;
    }

    /** The server that it is. */
    EmbeddedPostgres server() {
        return server;
    }

    /** Its own address. */
    public String url() {
        return url;
    }

    /** An address that names the primary first and this one second: whoever uses it finds the one that takes writes. */
    public String both(String primary) {
        URI first = URI.create(primary);
        URI second = URI.create(url);
        return "postgresql://" + first.getRawUserInfo() + "@127.0.0.1:" + first.getPort() + ",127.0.0.1:"
                + second.getPort() + first.getRawPath();
    }

    /** Makes it the primary; returns once it takes writes. The old one should be gone. */
    public void promote() throws SQLException {
        execute(url, "select pg_promote(true, 60)");
        execute(url, "alter system reset synchronous_standby_names");
        execute(url, "select pg_reload_conf()");
    }

    private void awaitStreaming(String primary) {
        dev.rework.testing.Eventually.isTrue("the standby streams", () -> {
            try (Connection connection = open(primary);
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(
                            "select count(*) from pg_stat_replication where state = 'streaming'")) {
                row.next();
                return row.getInt(1) > 0;
            }
        });
    }

    private static Connection open(String url) throws SQLException {
        return DatabaseAddress.parse(url).dataSource("standby").getConnection();
    }

    private static void execute(String url, String sql) throws SQLException {
        try (Connection connection = open(url);
                Statement statement = connection.createStatement()) {
            statement.execute("set statement_timeout = '60s'");
            statement.execute(sql);
        }
    }

    /** Stops it. */
    @Override
    public void close() {
        server.stop();
    }
}
