package dev.rework.embedded;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Properties;

/** Connections to our own server, and what they tell about it. */
final class Session {

    static final String USER = "rework";
    static final String DATABASE = "rework";

    private static final String ABOUT = """
            select current_setting('data_directory'), split_part(current_setting('server_version'), ' ', 1)
            """;

    private Session() {}

    static String url(int port, String password, String database) {
        return "postgresql://" + USER + ":" + password + "@127.0.0.1:" + port + "/" + database;
    }

    static Connection open(int port, String password, String database) throws SQLException {
        Properties settings = new Properties();
        settings.setProperty("user", USER);
        settings.setProperty("password", password);
        settings.setProperty("connectTimeout", "5");
        settings.setProperty("loginTimeout", "20");
        settings.setProperty("socketTimeout", "60");
        settings.setProperty("gssEncMode", "disable");
        settings.setProperty("sslmode", "disable");
        settings.setProperty("ApplicationName", "rework:embedded");
        return DriverManager.getConnection("jdbc:postgresql://127.0.0.1:" + port + "/" + database, settings);
    }

    /** Describes the server behind a connection, which must be the one of this data folder: ports change hands. */
    static EmbeddedServer describe(Connection connection, Path data, int port, String password, boolean startedHere)
            throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(ABOUT)) {
            row.next();
            if (!Path.of(row.getString(1)).equals(data)) {
                throw new SQLException("another Postgres answers on port " + port + ": its data is in "
                        + row.getString(1) + ", ours in " + data);
            }
            return new EmbeddedServer(url(port, password, DATABASE), data, row.getString(2), startedHere);
        }
    }
}
