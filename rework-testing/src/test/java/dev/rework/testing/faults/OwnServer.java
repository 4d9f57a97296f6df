package dev.rework.testing.faults;

import dev.rework.Rework;
import dev.rework.embedded.EmbeddedPostgres;
import dev.rework.internal.DatabaseAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/** A Postgres that one test may stop, fill and bend, with the schema. */
final class OwnServer implements AutoCloseable {

    final EmbeddedPostgres postgres;
    final String url;

    private OwnServer(EmbeddedPostgres postgres, String url) {
        this.postgres = postgres;
        this.url = url;
    }

    /** Without the schema. */
    static OwnServer bare(Path home) {
        EmbeddedPostgres postgres = EmbeddedPostgres.at(home);
        return new OwnServer(postgres, postgres.start().url());
    }

    static OwnServer in(Path home) {
        OwnServer server = bare(home);
        try (Rework rework = Rework.connect(server.url)) {
            rework.initDb();
        }
        return server;
    }

    Connection connect() throws SQLException {
        return DatabaseAddress.parse(url + "?socketTimeout=90")
                .dataSource("test")
                .getConnection();
    }

    void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first column of the first row, as text. */
    String one(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? String.valueOf(row.getString(1)) : "";
        }
    }

    long number(String sql) throws SQLException {
        return Long.parseLong(one(sql));
    }

    /** What the server said. */
    String log() throws IOException {
        Path place = postgres.status().data().getParent().getParent();
        return Files.readString(place.resolve("server.log"), StandardCharsets.ISO_8859_1);
    }

    void restart() {
        postgres.stop();
        postgres.start();
    }

    @Override
    public void close() {
        postgres.stop();
    }
}
