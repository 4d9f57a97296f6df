package dev.rework.bench;

import dev.rework.internal.DatabaseAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import org.jspecify.annotations.Nullable;

/**
 * The Postgres server a run uses: it makes databases of its own there and drops them, and touches no other. For one
 * thread.
 */
final class Server implements AutoCloseable {
    private static final String SETTINGS = """
            select name, setting
              from pg_settings
             where name in ('server_version', 'fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method',
                            'shared_buffers', 'max_wal_size', 'data_checksums', 'wal_level', 'autovacuum',
                            'commit_delay', 'max_connections')
             order by name
            """;

    private final String address;
    private final Connection admin;

    Server(String address) throws SQLException {
        this.address = address;
        this.admin = connect(address, "postgres");
    }

    /** The same server's address with another database. */
    String address(String database) {
        int query = address.indexOf('?');
        String place = query < 0 ? address : address.substring(0, query);
        int slash = place.indexOf('/', place.indexOf("://") + 3);
        return (slash < 0 ? place : place.substring(0, slash)) + "/" + database
                + (query < 0 ? "" : address.substring(query));
    }

    Connection open(String database) throws SQLException {
        return connect(address(database), "bench");
    }

    /** The driver's URL of a database here, with credentials: for the standard input of children alone. */
    String jdbcUrl(String database) {
        DatabaseAddress at = DatabaseAddress.parse(address(database));
        Properties properties = at.properties("bench");
        String separator = at.url().contains("?") ? "&" : "?";
        StringBuilder url = new StringBuilder(at.url());
        for (String key : new String[] {"user", "password"}) {
            String value = properties.getProperty(key);
            if (value != null) {
                url.append(separator).append(key).append('=').append(encoded(value));
                separator = "&";
            }
        }
        return url.toString();
    }

    Map<String, String> settings() throws SQLException {
        Map<String, String> settings = new LinkedHashMap<>();
        try (Statement statement = admin.createStatement();
                ResultSet rows = statement.executeQuery(SETTINGS)) {
            while (rows.next()) {
                settings.put(rows.getString(1), rows.getString(2));
            }
        }
        return settings;
    }

    /** What keeps this server's figures from being durable ones; null when nothing does. */
    @Nullable
    String notDurable() throws SQLException {
        Map<String, String> settings = settings();
        StringBuilder wrong = new StringBuilder();
        for (String name : new String[] {"fsync", "synchronous_commit", "full_page_writes"}) {
            String value = settings.getOrDefault(name, "unknown");
            if (!value.equals("on")) {
                wrong.append(wrong.isEmpty() ? "" : ", ")
                        .append(name)
                        .append('=')
                        .append(value);
            }
        }
        return wrong.isEmpty() ? null : wrong.toString();
    }

    void create(String database) throws SQLException {
        run("create database " + database);
    }

    void copy(String template, String database) throws SQLException {
        run("create database " + database + " template " + template);
    }

    /** Of a large one: its files are copied, not written to the WAL. */
    void copyFiles(String template, String database) throws SQLException {
        run("create database " + database + " template " + template + " strategy file_copy");
    }

    void drop(String database) throws SQLException {
        run("drop database if exists " + database + " with (force)");
    }

    /** Drops every database whose name begins so, by a connection of its own: for the end of a run that was broken off. */
    static void dropAll(String address, String prefix) throws SQLException {
        try (Server server = new Server(address);
                PreparedStatement names = server.admin.prepareStatement(
                        "select datname from pg_database where starts_with(datname, ?)")) {
            names.setString(1, prefix);
            try (ResultSet rows = names.executeQuery()) {
                while (rows.next()) {
                    server.drop(rows.getString(1));
                }
            }
        }
    }

    void checkpoint() throws SQLException {
        run("checkpoint");
    }

    /** Committed transactions of a database, asked from another one so that asking is not counted. */
    long commits(String database) throws SQLException {
        return number("select xact_commit from pg_stat_database where datname = ?", database);
    }

    /** Bytes of WAL written so far by the whole server. */
    long walBytes() throws SQLException {
        return number("select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::bigint where '' = ?", "");
    }

    /** The postmaster's pid when it runs on this machine, else 0. */
    long pid() throws SQLException {
        try (Statement statement = admin.createStatement();
                ResultSet row = statement.executeQuery("select pg_backend_pid()")) {
            row.next();
            long backend = row.getLong(1);
            String stat = Files.readString(Path.of("/proc/" + backend + "/stat"));
            boolean postgres = stat.contains("(postgres)");
            return postgres
                    ? Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[1])
                    : 0;
        } catch (IOException elsewhere) {
            return 0;
        }
    }

    @Override
    public void close() throws SQLException {
        admin.close();
    }

    private void run(String sql) throws SQLException {
        try (Statement statement = admin.createStatement()) {
            statement.execute(sql);
        }
    }

    private long number(String sql, String bind) throws SQLException {
        try (PreparedStatement statement = admin.prepareStatement(sql)) {
            statement.setString(1, bind);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() ? row.getLong(1) : 0;
            }
        }
    }

    private static Connection connect(String address, String role) throws SQLException {
        DatabaseAddress at = DatabaseAddress.parse(address);
        Properties properties = at.properties(role);
        // A million rows are made by one statement.
        properties.setProperty("socketTimeout", "0");
        properties.setProperty("options", properties.getProperty("options", "") + " -c statement_timeout=0");
        return DriverManager.getConnection(at.url(), properties);
    }

    private static String encoded(String value) {
        return java.net.URLEncoder.encode(value, java.nio.charset.StandardCharsets.UTF_8);
    }
}
