package dev.rework.internal.db;

import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/** Binds the parameters of a statement in their order. */
final class Binds {
    private final PreparedStatement statement;
    private final PGConnection arrays;
    private int index;

    Binds(PreparedStatement statement, PGConnection arrays) {
        this.statement = statement;
        this.arrays = arrays;
    }

    Binds of(long value) throws SQLException {
        statement.setLong(++index, value);
        return this;
    }

    Binds of(int value) throws SQLException {
        statement.setInt(++index, value);
        return this;
    }

    Binds of(boolean value) throws SQLException {
        statement.setBoolean(++index, value);
        return this;
    }

    Binds of(String value) throws SQLException {
        statement.setString(++index, value);
        return this;
    }

    /** An array, of primitives or not, which the driver sends in binary; null for none. */
    Binds array(String type, @Nullable Object elements) throws SQLException {
        if (elements == null) {
            statement.setNull(++index, Types.ARRAY);
        } else {
            statement.setArray(++index, arrays.createArrayOf(type, elements));
        }
        return this;
    }

    ResultSet query() throws SQLException {
        return statement.executeQuery();
    }

    int update() throws SQLException {
        return statement.executeUpdate();
    }
}
