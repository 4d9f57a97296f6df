package dev.rework.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Each test works on years of its own, so that none sees another's partitions. */
class LogPartitionsTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    private static int ensure(String today, int daysAhead) throws SQLException {
        try (Connection connection = db.connection()) {
            return LogPartitions.ensure(connection, LocalDate.parse(today), daysAhead);
        }
    }

    private static List<LocalDate> dropBefore(String first) throws SQLException {
        try (Connection connection = db.connection()) {
            return LogPartitions.dropBefore(connection, LocalDate.parse(first));
        }
    }

    private static void log(String time) {
        db.execute("insert into rework.log (task, attempt, time, stream, level, line)" + " values (1, 1, '" + time
                + "', 'stdout', 'INFO', 'x')");
    }

    private static String partitionOf(String time) {
        return db.one(
                String.class,
                "select c.relname from rework.log l join pg_class c on c.oid = l.tableoid where l.time = '" + time
                        + "'");
    }

    @Test
    void installMadeTheNextDays() {
        assertThat(db.number("""
                select count(*) from pg_inherits i join pg_class c on c.oid = i.inhrelid
                 where i.inhparent = 'rework.log'::regclass
                   and c.relname >= 'log_y' || to_char(now() at time zone 'UTC', 'YYYY"m"MM"d"DD')
                   and c.relname < 'log_y2030'
                """)).isGreaterThanOrEqualTo(3);
    }

    @Test
    void aDayIsUtcAndMadeOnce() throws SQLException {
        assertThat(ensure("2040-02-28", 2)).isEqualTo(3);
        assertThat(ensure("2040-02-28", 2)).isZero();
        log("2040-02-29 23:59:59.999+00");
        log("2040-03-01 01:30+02");
        log("2040-03-01 00:00+00");
        assertThat(partitionOf("2040-02-29 23:59:59.999+00")).isEqualTo("log_y2040m02d29");
        assertThat(partitionOf("2040-02-29 23:30+00")).isEqualTo("log_y2040m02d29");
        assertThat(partitionOf("2040-03-01 00:00+00")).isEqualTo("log_y2040m03d01");
    }

    @Test
    void aDayWithLinesInTheDefaultPartitionIsLeftThere() throws SQLException {
        log("2041-05-01 12:00+00");
        assertThat(ensure("2041-05-01", 2)).isEqualTo(2);
        assertThat(partitionOf("2041-05-01 12:00+00")).isEqualTo("log_other");
    }

    @Test
    void aPartitionHasTheIndexOfTheWhole() throws SQLException {
        ensure("2042-05-01", 0);
        assertThat(db.number("select count(*) from pg_indexes where tablename = 'log_y2042m05d01'"))
                .isEqualTo(1);
    }

    @Test
    void severalMayMakeThemAtOnce() throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(5);
        CyclicBarrier together = new CyclicBarrier(5);
        try {
            List<Future<Integer>> all = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                all.add(pool.submit(() -> {
                    together.await();
                    return ensure("2043-05-01", 4);
                }));
            }
            int made = 0;
            for (Future<Integer> one : all) {
                made += one.get();
            }
            assertThat(made).isEqualTo(5);
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void makingOneDoesNotWaitForAWriter() throws SQLException {
        ensure("2044-05-01", 0);
        try (Connection writer = db.connection();
                Statement statement = writer.createStatement()) {
            writer.setAutoCommit(false);
            statement.execute("insert into rework.log (task, attempt, time, stream, level, line)"
                    + " values (1, 1, '2044-05-01 12:00+00', 'stdout', 'INFO', 'x')");
            assertThat(ensure("2044-05-01", 1)).isEqualTo(1);
            writer.rollback();
        }
    }

    @Test
    void aTableInUseIsLeftToTheNextCall() throws SQLException {
        try (Connection reader = db.connection();
                Statement statement = reader.createStatement()) {
            reader.setAutoCommit(false);
            statement.execute("lock table rework.log in share mode");
            assertThat(ensure("2045-05-01", 0)).isZero();
            reader.rollback();
        }
        assertThat(ensure("2045-05-01", 0)).isEqualTo(1);
    }

    @Test
    void wholeDaysAreDropped() throws SQLException {
        ensure("2000-01-01", 3);
        log("2000-01-01 12:00+00");
        assertThat(dropBefore("2000-01-03")).isEmpty();
        assertThat(partitions("2000")).isEqualTo(2);
        assertThat(dropBefore("2000-01-05")).isEmpty();
        assertThat(partitions("2000")).isZero();
        assertThat(db.number("select count(*) from pg_class where relname = 'log_other'"))
                .isEqualTo(1);
    }

    @Test
    void aDayWithALineOfATaskThatIsThereStays() throws SQLException {
        ensure("2001-01-01", 2);
        db.execute("insert into rework.operation (domain, name) values ('kept', 'kept')");
        long task = db.number("insert into rework.task (operation, state) select id, 'queued' from rework.operation"
                + " where name = 'kept' returning id");
        for (long line : List.of(task - 1, task, task + 1)) {
            db.execute("insert into rework.log (task, attempt, time, stream, level, line) values (" + line
                    + ", 1, '2001-01-02 12:00+00', 'stdout', 'INFO', 'x')");
        }
        assertThat(dropBefore("2001-01-04")).containsExactly(LocalDate.parse("2001-01-02"));
        assertThat(partitions("2001")).isEqualTo(1);
        db.execute("delete from rework.task where id = " + task);
        assertThat(dropBefore("2001-01-04")).isEmpty();
        assertThat(partitions("2001")).isZero();
    }

    @Test
    void aDayInUseIsLeftToTheNextCall() throws SQLException {
        ensure("2002-01-01", 0);
        try (Connection writer = db.connection();
                Statement statement = writer.createStatement()) {
            writer.setAutoCommit(false);
            statement.execute("insert into rework.log (task, attempt, time, stream, level, line)"
                    + " values (1, 1, '2002-01-01 12:00+00', 'stdout', 'INFO', 'x')");
            assertThat(dropBefore("2002-01-02")).containsExactly(LocalDate.parse("2002-01-01"));
            writer.rollback();
        }
        assertThat(dropBefore("2002-01-02")).isEmpty();
    }

    private static long partitions(String year) {
        return db.number("select count(*) from pg_class where relkind = 'r' and relname like 'log_y" + year + "%'");
    }
}
