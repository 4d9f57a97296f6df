package dev.rework.internal.db;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import javax.sql.DataSource;

/** Connections that break after the server has done what it was told, and before it could say so. */
final class LostAnswers {
    private final DataSource real;
    private final Predicate<String> which;
    private final AtomicInteger left = new AtomicInteger();

    private LostAnswers(DataSource real, Predicate<String> which) {
        this.real = real;
        this.which = which;
    }

    static LostAnswers of(DataSource real, Predicate<String> which) {
        return new LostAnswers(real, which);
    }

    /** So many more answers get lost. */
    void lose(int count) {
        left.set(count);
    }

    int left() {
        return left.get();
    }

    DataSource dataSource() {
        return proxy(DataSource.class, (method, arguments) -> {
            Object result = call(real, method, arguments);
            return result instanceof Connection connection ? connection(connection) : result;
        });
    }

    private Connection connection(Connection connection) {
        return proxy(Connection.class, (method, arguments) -> {
            Object result = call(connection, method, arguments);
            if (method.getName().equals("commit")) {
                breakAfter("commit", connection);
            }
            return result instanceof PreparedStatement statement
                    ? statement(connection, statement, String.valueOf(arguments[0]))
                    : result;
        });
    }

    private PreparedStatement statement(Connection connection, PreparedStatement statement, String sql) {
        return proxy(PreparedStatement.class, (method, arguments) -> {
            Object result = call(statement, method, arguments);
            if (method.getName().startsWith("execute") && connection.getAutoCommit()) {
                breakAfter(sql, connection);
            }
            return result;
        });
    }

    private void breakAfter(String what, Connection connection) throws SQLException {
        if (which.test(what) && left.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
            connection.close();
            throw new SQLException("An I/O error occurred while sending to the backend.", "08006");
        }
    }

    private interface Handler {
        Object handle(Method method, Object[] arguments) throws Throwable;
    }

    private static <T> T proxy(Class<T> type, Handler handler) {
        return type.cast(Proxy.newProxyInstance(
                LostAnswers.class.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> handler.handle(method, arguments)));
    }

    private static Object call(Object target, Method method, Object[] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause();
        }
    }
}
