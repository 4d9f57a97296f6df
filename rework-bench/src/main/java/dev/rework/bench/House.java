package dev.rework.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.locks.LockSupport;

/** A fresh database with our schema and the bench's operations, dropped on close. For one thread. */
final class House implements AutoCloseable {
    static final String DOMAIN = "bench";
    static final String HOST = "bench";

    private static final String QUEUE = """
            insert into rework.task (operation, state)
            select o.id, 'queued'
              from rework.operation o
             cross join generate_series(1, ?)
             where o.domain = ? and o.name = ?
            """;

    private static final String LAST = """
            select t.id
              from rework.task t
              join rework.operation o on o.id = t.operation
             where t.ready and o.domain = 'bench' and o.name = ? and t.host = '' and t.rank = 0
             order by t.rank desc, t.run_at desc, t.id desc
             limit 1
            """;

    private static final String FINISHED = "select finished is not null from rework.task where id = ?";

    private static final String LEFT = """
            select count(*)
              from rework.task t
              join rework.operation o on o.id = t.operation
             where o.domain = 'bench' and o.name = ? and t.host = '' and t.rank = 0 and t.finished is null
               and t.run_at <= clock_timestamp()
            """;

    private static final String DRAINED = """
            select count(*),
                   extract(epoch from min(t.started)),
                   extract(epoch from max(t.finished)),
                   extract(epoch from percentile_disc(0.1) within group (order by t.finished)),
                   extract(epoch from percentile_disc(0.9) within group (order by t.finished)),
                   count(*) filter (where t.state <> 'done')
              from rework.task t
              join rework.operation o on o.id = t.operation
             where o.domain = 'bench' and o.name = ? and t.id >= ? and t.finished is not null
            """;

    private static final long SECONDS = 1_000_000_000L;

    final Server server;
    final String name;
    final Connection connection;

    private House(Server server, String name) throws SQLException {
        this.server = server;
        this.name = name;
        this.connection = server.open(name);
    }

    static House copy(Server server, String template, String name) throws SQLException {
        server.drop(name);
        server.copy(template, name);
        return new House(server, name);
    }

    static House copyFiles(Server server, String template, String name) throws SQLException {
        server.drop(name);
        server.copyFiles(template, name);
        return new House(server, name);
    }

    /** Seconds since 1970 by the database's clock. */
    double now() throws SQLException {
        return number("select extract(epoch from clock_timestamp())");
    }

    double number(String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getDouble(1) : Double.NaN;
        }
    }

    void run(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** Adds queued tasks in one transaction, tells nobody, and returns the id of the one to be claimed last. */
    long queue(String operation, int tasks) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(QUEUE)) {
            statement.setInt(1, tasks);
            statement.setString(2, DOMAIN);
            statement.setString(3, operation);
            if (statement.executeUpdate() != tasks) {
                throw new SQLException("operation " + operation + " is not registered in domain " + DOMAIN);
            }
        }
        try (PreparedStatement statement = connection.prepareStatement(LAST)) {
            statement.setString(1, operation);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    /** What a long-lived database has done after such an insert: vacuumed, analysed, checkpointed. */
    void settle() throws SQLException {
        run("vacuum analyze rework.task");
        server.checkpoint();
    }

    /** Wakes the monitors of the domain. */
    void tell() throws SQLException {
        run("select pg_notify('rework_ready', 'bench')");
    }

    /** Waits until the last one and then all due ones of an operation have finished; touches little meanwhile. */
    void awaitDrained(MonitorProcess monitor, String operation, long last, int seconds) throws SQLException {
        long deadline = System.nanoTime() + seconds * SECONDS;
        try (PreparedStatement one = connection.prepareStatement(FINISHED);
                PreparedStatement left = connection.prepareStatement(LEFT)) {
            one.setLong(1, last);
            left.setString(1, operation);
            while (!isTrue(one) || count(left) > 0) {
                monitor.check();
                if (System.nanoTime() > deadline) {
                    throw new SQLException(
                            count(left) + " tasks " + operation + " were not done within " + seconds + " s");
                }
                LockSupport.parkNanos(10_000_000);
            }
        }
    }

    /** When the tasks of an operation from {@code first} on were run, in seconds since 1970. */
    record Drained(int tasks, double started, double finished, double tenth, double ninetieth, int undone) {}

    Drained drained(String operation, long first) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(DRAINED)) {
            statement.setString(1, operation);
            statement.setLong(2, first);
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return new Drained(
                        row.getInt(1),
                        row.getDouble(2),
                        row.getDouble(3),
                        row.getDouble(4),
                        row.getDouble(5),
                        row.getInt(6));
            }
        }
    }

    @Override
    public void close() throws SQLException {
        connection.close();
        server.drop(name);
    }

    private static boolean isTrue(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
    }

    private static long count(PreparedStatement statement) throws SQLException {
        try (ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }
}
