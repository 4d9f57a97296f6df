package dev.rework.bench;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * What this server can do with our table at all, by plain JDBC and no product: batches claimed in one transaction and
 * completed in another, history kept, on warm prepared statements and connections.
 */
final class FloorFigures {
    private static final String CLAIM = """
            with chosen as materialized (
              select t.id
                from rework.task t
               where t.ready and t.operation = ? and t.host = ''
               order by t.rank, t.run_at, t.id
               limit ?
                 for update skip locked
            )
            update rework.task t
               set state = 'running', worker = ?, attempt = t.attempt + 1, started = clock_timestamp()
              from chosen
             where t.id = chosen.id
            returning t.id
            """;

    private static final String COMPLETE = """
            update rework.task t
               set state = 'done', finished = clock_timestamp()
              from unnest(?::bigint[]) x(id)
             where t.id = x.id and t.worker = ? and t.state = 'running'
            """;

    private static final String INSERT = """
            insert into rework.task (operation, state, input) values (?, 'queued', ?::json) returning id
            """;

    private static final String INSERT_MANY = """
            insert into rework.task (operation, state, input)
            select ?, 'queued', x.input::json from unnest(?::text[]) x(input)
            returning id
            """;

    static final int WARM = 5_000;

    private final Run run;

    FloorFigures(Run run) {
        this.run = run;
    }

    void drain(int connections, int batch) {
        String name = "floor.drain." + batch + "x" + connections;
        run.measure(name, taken -> {
            try (House house = run.house()) {
                fill(house, run.scale().drain);
                long operation = operation(house, "noop");
                long warm = operation(house, "millisecond");
                Race.Result result = new Race(run, house).run(connections, connection -> {
                    Claimer claimer = new Claimer(connection);
                    claimer.drain(warm, batch);
                    return () -> claimer.drain(operation, batch);
                });
                Race.take(taken, name, run.scale().drain, result);
            }
        });
    }

    /** Tasks to drain, and 5,000 others to warm up with. */
    static void fill(House house, int tasks) throws SQLException {
        house.queue("millisecond", WARM);
        house.queue("noop", tasks);
        house.settle();
    }

    /** Bare inserts of the columns we fill: one a transaction, and a thousand by one statement. */
    void enqueue() {
        run.measure("floor.enqueue", taken -> {
            try (House house = run.house()) {
                long operation = operation(house, "taking");
                inserts(house.connection, operation, 1_000);
                long began = System.nanoTime();
                inserts(house.connection, operation, run.scale().singles);
                taken.number("floor.enqueue.single", "tasks/s", run.scale().singles / seconds(began));
                unnest(house.connection, operation, 20);
                int batches = Math.max(10, run.scale().drain / 1_000);
                began = System.nanoTime();
                unnest(house.connection, operation, batches);
                taken.number("floor.enqueue.batch1000", "tasks/s", batches * 1_000 / seconds(began));
            }
        });
    }

    private static void inserts(Connection connection, long operation, int count) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
            for (int i = 0; i < count; i++) {
                insert.setLong(1, operation);
                insert.setString(2, "{\"n\":" + i + "}");
                insert.executeQuery().close();
            }
        }
    }

    private static void unnest(Connection connection, long operation, int batches) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(INSERT_MANY)) {
            for (int b = 0; b < batches; b++) {
                String[] inputs = new String[1_000];
                for (int i = 0; i < inputs.length; i++) {
                    inputs[i] = "{\"n\":" + i + "}";
                }
                insert.setLong(1, operation);
                insert.setArray(2, connection.createArrayOf("text", inputs));
                try (ResultSet rows = insert.executeQuery()) {
                    while (rows.next()) {
                        rows.getLong(1);
                    }
                }
            }
        }
    }

    static long operation(House house, String name) throws SQLException {
        return (long) house.number("select id from rework.operation where domain = 'bench' and name = '" + name + "'");
    }

    private static double seconds(long began) {
        return (System.nanoTime() - began) / 1e9;
    }

    /** Claims and completes on one connection. */
    private static final class Claimer {
        private final Connection connection;
        private final PreparedStatement claim;
        private final PreparedStatement complete;
        private final long worker;

        Claimer(Connection connection) throws SQLException {
            this.connection = connection;
            this.claim = connection.prepareStatement(CLAIM);
            this.complete = connection.prepareStatement(COMPLETE);
            this.worker = Thread.currentThread().getId();
        }

        void drain(long operation, int batch) throws SQLException {
            for (Object[] ids = claim(operation, batch); ids.length > 0; ids = claim(operation, batch)) {
                Array array = connection.createArrayOf("bigint", ids);
                complete.setArray(1, array);
                complete.setLong(2, worker);
                if (complete.executeUpdate() != ids.length) {
                    throw new SQLException("a completion missed rows");
                }
            }
        }

        private Object[] claim(long operation, int batch) throws SQLException {
            claim.setLong(1, operation);
            claim.setInt(2, batch);
            claim.setLong(3, worker);
            List<Long> ids = new ArrayList<>(batch);
            try (ResultSet rows = claim.executeQuery()) {
                while (rows.next()) {
                    ids.add(rows.getLong(1));
                }
            }
            return ids.toArray();
        }
    }
}
