package dev.rework.bench;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.OperationRef;
import dev.rework.Rework;
import dev.rework.bench.BenchOperations.Numbered;
import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.db.Ask;
import dev.rework.internal.db.Found;
import dev.rework.internal.db.Lane;
import dev.rework.internal.db.Outcome;
import dev.rework.internal.db.Place;
import dev.rework.internal.db.TaskQueue;
import dev.rework.internal.db.Turn;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Properties;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What a task costs in things that do not depend on the machine: statements, round trips, bytes on the wire, WAL and
 * allocations. A bound that breaks is a change of the hot path: make it again as cheap, or say here why it costs more.
 */
class CountsTest {
    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    private static final OperationRef<Numbered, Void> TAKING =
            OperationRef.of("bench", "taking", Numbered.class, Void.class);
    private static final int BATCH = 500;
    private static final String UPDATES =
            "select n_tup_upd from pg_stat_user_tables where schemaname = 'rework' and relname = 'task'";

    private WireTap tap;

    @BeforeEach
    void listen() throws Exception {
        URI server = URI.create(db.jdbcUrl().substring("jdbc:".length()).replaceAll("\\?.*", ""));
        tap = new WireTap(server.getHost(), server.getPort());
        sql("truncate rework.task, rework.attempt");
        sql("insert into rework.operation (domain, name) values ('bench', 'taking') on conflict do nothing");
        sql("insert into rework.registration (operation, host, class_name, method_name, path, sha256)"
                + " select id, 'h', 'c', 'm', 'p', 's' from rework.operation on conflict do nothing");
    }

    @AfterEach
    void hangUp() throws Exception {
        tap.close();
    }

    @Test
    void aSingleTaskIsOneStatementAndAboutOneRoundTrip() {
        try (Rework rework = Rework.connect(address())) {
            enqueue(rework, 200); // prepared, ids in blocks
            WireTap.Count before = tap.count();
            long began = System.nanoTime();
            enqueue(rework, 1_000);
            WireTap.Count count = tap.count().minus(before);
            // Besides: a block of ids now and then, and the coalesced notify, at most each 10 ms.
            long besides = 50 + (System.nanoTime() - began) / 10_000_000;
            assertThat(count.statements()).as("statements").isBetween(1_000L, 1_000 + besides);
            assertThat(count.roundTrips()).as("round trips").isBetween(1_000L, 1_000 + besides);
            assertThat(count.parses()).as("statements parsed anew").isLessThan(50);
        }
    }

    @Test
    void aThousandTasksAreAFewStatements() throws Exception {
        List<Numbered> inputs =
                IntStream.range(0, 1_000).mapToObj(Numbered::new).toList();
        try (Rework rework = Rework.connect(address())) {
            for (int i = 0; i < 10; i++) {
                rework.scheduleAll(TAKING, inputs);
            }
            WireTap.Count before = tap.count();
            long wal = walBytes();
            rework.scheduleAll(TAKING, inputs);
            assertThat(tap.count().minus(before).roundTrips()).as("round trips").isLessThanOrEqualTo(8);
            assertThat((walBytes() - wal) / 1_000).as("WAL bytes a task").isLessThan(800);
        }
    }

    @Test
    void settlingABatchAndClaimingTheNextIsOneStatementAndOneRoundTrip() throws Exception {
        try (Connection connection = worker()) {
            queue(20 * BATCH);
            TaskQueue queue = new TaskQueue(connection, workerRow());
            Lane lane = new Lane(operation(), "");
            List<Outcome> outcomes = List.of();
            Place from = Place.FIRST;
            for (int i = 0; i < 10; i++) {
                Turn turn = queue.turn(outcomes, new Ask(lane, from, BATCH), false);
                outcomes = turn.claims().stream().map(TurnFigures::done).toList();
                from = turn.claims().get(BATCH - 1).place();
            }
            sql("checkpoint");
            queue.turn(List.of(), new Ask(lane, from, 0), false);
            WireTap.Count before = tap.count();
            long wal = walBytes();
            long allocated = allocated();
            Turn turn = queue.turn(outcomes, new Ask(lane, from, BATCH), false);
            long allocatedAfter = allocated();
            WireTap.Count count = tap.count().minus(before);
            assertThat(turn.settled()).hasSize(BATCH);
            assertThat(turn.claims()).hasSize(BATCH);
            assertThat(count.statements()).as("statements").isEqualTo(1);
            assertThat(count.roundTrips()).as("round trips").isEqualTo(1);
            assertThat(count.parses()).as("statements parsed anew").isZero();
            assertThat(count.bytesUp() / BATCH).as("bytes sent a task").isLessThan(150);
            assertThat(count.bytesDown() / BATCH).as("bytes received a task").isLessThan(150);
            assertThat((allocatedAfter - allocated) / BATCH)
                    .as("bytes allocated a task")
                    .isLessThan(2_500);
            assertThat((walBytes() - wal) / BATCH).as("WAL bytes a task").isLessThan(2_000);
        }
    }

    @Test
    void aDrainWritesEachTaskTwiceAndKeepsItsWalSmall() throws Exception {
        queue(20 * BATCH);
        long updates = number(UPDATES);
        try (Connection connection = worker()) {
            sql("checkpoint");
            TaskQueue queue = new TaskQueue(connection, workerRow());
            WireTap.Count before = tap.count();
            long wal = walBytes();
            int settled = TurnFigures.drain(queue, new Lane(operation(), ""), BATCH);
            assertThat(settled).isEqualTo(20 * BATCH);
            assertThat(tap.count().minus(before).statements()).as("statements").isEqualTo(21);
            assertThat((walBytes() - wal) / settled).as("WAL bytes a task").isLessThan(1_300);
            assertThat(number("select count(*) from rework.task where state = 'done' and attempt = 1"))
                    .isEqualTo(settled);
        }
        // A session that has ended has said all it did.
        long written = Eventually.value(
                "the statistics", Eventually.PATIENCE, () -> number(UPDATES) - updates, rows -> rows >= 2 * 20 * BATCH);
        assertThat(written).as("rows of tasks written").isEqualTo(2 * 20 * BATCH);
    }

    @Test
    void aTaskOfAnIdleWorkerIsTwoStatements() throws Exception {
        try (Connection connection = worker()) {
            queue(2);
            TaskQueue queue = new TaskQueue(connection, workerRow());
            List<Lane> lanes = List.of(new Lane(operation(), ""), new Lane(operation(), "h"));
            settleOne(queue, lanes);
            WireTap.Count before = tap.count();
            settleOne(queue, lanes);
            WireTap.Count count = tap.count().minus(before);
            assertThat(count.statements()).as("statements").isEqualTo(2);
            assertThat(count.roundTrips()).as("round trips").isEqualTo(2);
            assertThat(count.parses()).as("statements parsed anew").isZero();
        }
    }

    private static void settleOne(TaskQueue queue, List<Lane> lanes) throws SQLException {
        Found found = queue.find(lanes, new int[] {1, 1});
        assertThat(found).isNotNull();
        List<Outcome> outcomes = found.claims().stream().map(TurnFigures::done).toList();
        assertThat(queue.rest(outcomes, true).settled()).hasSize(1);
    }

    private static void enqueue(Rework rework, int count) {
        for (int i = 0; i < count; i++) {
            rework.schedule(TAKING, new Numbered(i));
        }
    }

    private static void queue(int tasks) throws SQLException {
        sql("insert into rework.task (operation, state) select " + operation() + ", 'queued' from generate_series(1, "
                + tasks + ")");
        sql("vacuum analyze rework.task");
    }

    private String address() {
        return db.url().replaceFirst("@[^/]*/", "@127.0.0.1:" + tap.port() + "/") + "?sslmode=disable";
    }

    private Connection worker() throws SQLException {
        Properties properties = new Properties();
        properties.setProperty("user", db.user());
        properties.setProperty("password", db.password());
        properties.setProperty("options", Race.PLANS);
        properties.setProperty("prepareThreshold", "1");
        return DriverManager.getConnection(
                "jdbc:postgresql://127.0.0.1:" + tap.port() + "/" + db.name() + "?sslmode=disable", properties);
    }

    private static long workerRow() throws SQLException {
        return number("insert into rework.worker (host, domain, tag, state, lease) values ('h', 'bench',"
                + " gen_random_uuid(), 'idle', clock_timestamp() + interval '1 hour') returning id");
    }

    private static long operation() throws SQLException {
        return number("select id from rework.operation where domain = 'bench' and name = 'taking'");
    }

    private static long walBytes() throws SQLException {
        return number("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::bigint");
    }

    private static long allocated() {
        return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                .getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private static long number(String sql) throws SQLException {
        try (Connection connection = db.dataSource(TestDatabase.Part.OWNER).getConnection();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private static void sql(String sql) throws SQLException {
        try (Connection connection = db.dataSource(TestDatabase.Part.OWNER).getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
