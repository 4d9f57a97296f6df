package dev.rework.internal.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What a worker does first when it is woken. */
class TaskQueueFindTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    private long one;
    private long other;
    private long me;
    private Connection connection;
    private TaskQueue queue;

    @BeforeEach
    void twoOperations() throws SQLException {
        one = operation();
        other = operation();
        me = worker();
        connection = db.connection(TestDatabase.Part.MONITOR);
        queue = new TaskQueue(connection, me);
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    @Test
    void claimsFromTheBestLaneAloneInItsOrder() throws SQLException {
        long plain = task(one, "", 0);
        long second = task(other, "h1", -1);
        long first = task(other, "h1", -2);
        Found found = Objects.requireNonNull(find(1, 10, 10));
        assertThat(found.lane()).isEqualTo(new Lane(other, "h1"));
        assertThat(found.claims()).extracting(Claim::id).containsExactly(first, second);
        assertThat(state(first)).isEqualTo("claimed");
        assertThat(state(plain)).isEqualTo("queued");
        assertThat(db.number("select cardinality(holding)::bigint from rework.worker where id = ?", me))
                .isEqualTo(2);
        assertThat(db.one(String.class, "select state from rework.worker where id = ?", me))
                .isEqualTo("busy");
    }

    @Test
    void claimsNoMoreThanTheLaneMayGive() throws SQLException {
        long first = task(one, "", 0);
        long second = task(one, "", 0);
        assertThat(Objects.requireNonNull(find(1, 10, 10)).claims())
                .extracting(Claim::id)
                .containsExactly(first);
        assertThat(state(second)).isEqualTo("queued");
    }

    @Test
    void claimsNothingForAnotherHost() throws SQLException {
        long here = task(one, "", 0);
        long elsewhere = task(one, "h2", 0);
        assertThat(Objects.requireNonNull(find(10, 10, 10)).claims())
                .extracting(Claim::id)
                .containsExactly(here);
        assertThat(find(10, 10, 10)).isNull();
        assertThat(state(elsewhere)).isEqualTo("queued");
    }

    @Test
    void nothingIsLockedWhereNothingIsQueued() throws SQLException {
        assertThat(find(1, 1, 1)).isNull();
        assertThat(db.one(String.class, "select xmax::text from rework.worker where id = ?", me))
                .isEqualTo("0");
    }

    @Test
    void whatOthersHoldIsSteppedOver() throws SQLException {
        long taken = task(one, "", 0);
        long free = task(one, "", 0);
        try (Connection holder = db.connection(TestDatabase.Part.MONITOR)) {
            holder.setAutoCommit(false);
            try (var lock = holder.prepareStatement("select from rework.task where id = ? for update")) {
                lock.setLong(1, taken);
                lock.execute();
            }
            assertThat(Objects.requireNonNull(find(5, 5, 5)).claims())
                    .extracting(Claim::id)
                    .containsExactly(free);
            holder.rollback();
        }
    }

    @Test
    void oneThatWasDeclaredDeadClaimsNothing() throws SQLException {
        long task = task(one, "", 0);
        db.update("update rework.worker set state = 'dead', finished = now(), deathinfo = 'x' where id = ?", me);
        assertThat(find(1, 1, 1)).isNull();
        assertThat(state(task)).isEqualTo("queued");
    }

    private Found find(int ofOne, int ofOther, int ofOtherHere) throws SQLException {
        return queue.find(
                List.of(new Lane(one, ""), new Lane(other, ""), new Lane(other, "h1")),
                new int[] {ofOne, ofOther, ofOtherHere});
    }

    private static long task(long operation, String host, int rank) {
        return db.number(
                "insert into rework.task (operation, state, host, rank) values (?, 'queued', ?, ?) returning id",
                operation,
                host,
                rank);
    }

    private static String state(long id) {
        return db.one(String.class, "select state from rework.task where id = ?", id);
    }

    private static long operation() {
        return db.number(
                "insert into rework.operation (domain, name) values ('d', gen_random_uuid()::text) returning id");
    }

    private static long worker() {
        return db.number("insert into rework.worker (host, domain, tag, lease)"
                + " values ('h1', 'd', gen_random_uuid(), now()) returning id");
    }
}
