package dev.rework.sql;

import java.sql.Connection;
import java.sql.SQLException;

/** Runs something in one transaction of a borrowed connection. */
final class Transactions {

    private Transactions() {}

    /** What is run. */
    @FunctionalInterface
    interface Step<T> {
        T run(Connection connection) throws SQLException;
    }

    /** Commits when it returns, rolls back when it throws, and puts {@code autoCommit} back. */
    static <T> T in(Connection connection, Step<T> step) throws SQLException {
        boolean before = connection.getAutoCommit();
        connection.setAutoCommit(false);
        boolean done = false;
        try {
            T result = step.run(connection);
            connection.commit();
            done = true;
            return result;
        } finally {
            end(connection, before, done);
        }
    }

    private static void end(Connection connection, boolean autoCommit, boolean done) throws SQLException {
        try {
            if (!done) {
                connection.rollback();
            }
            connection.setAutoCommit(autoCommit);
        } catch (SQLException e) {
            if (done) {
                throw e;
            }
            // the first error says more than the failing rollback of a broken connection
        }
    }
}
