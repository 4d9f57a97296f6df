package dev.rework.internal.db;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.IdentityHashMap;
import org.postgresql.PGConnection;

/** The prepared statements of one connection, kept open so that the server's plans are kept too. */
final class Statements {
    private final Connection connection;
    private final IdentityHashMap<String, PreparedStatement> prepared = new IdentityHashMap<>();

    Statements(Connection connection) {
        this.connection = connection;
    }

    /** Begins to bind the parameters of a statement, which must be a constant. */
    Binds bind(String sql) throws SQLException {
        PreparedStatement statement = prepared.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            prepared.put(sql, statement);
        }
        return new Binds(statement, connection.unwrap(PGConnection.class));
    }
}
