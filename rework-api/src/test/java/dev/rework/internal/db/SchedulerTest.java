package dev.rework.internal.db;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rework.DatabaseRefused;
import dev.rework.embedded.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

class SchedulerTest {
    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    static long operation;

    private Scheduler scheduler;

    @BeforeAll
    static void makeOperation() {
        operation = db.one(
                Long.class,
                "insert into rework.operation (domain, name, priority) values ('default', 'echo', 3) returning id");
    }

    @BeforeEach
    void open() {
        scheduler = new Scheduler(new Database(db.dataSource(TestDatabase.Part.SUBMITTER), "the test database"));
    }

    @AfterEach
    void close() {
        scheduler.close();
    }

    private static NewTask due() {
        return new NewTask(operation, "default", "", 0, null, Duration.ZERO, "{}", null, Enqueue.token());
    }

    private static NewTask.Input json(@Nullable String json) {
        return new NewTask.Input(json, null);
    }

    @Test
    @Tag("fault-12")
    void keepsInputVerbatim() {
        String odd = "{\"b\": 1.50,  \"a\":\"\\u0000\", \"b\":2}";

        long id = scheduler.schedule(due(), json(odd));

        assertThat(db.one(String.class, "select input::text from rework.task where id = ?", id))
                .isEqualTo(odd);
        assertThat(db.one(String.class, "select state from rework.task where id = ?", id))
                .isEqualTo("queued");
    }

    @Test
    void keepsEveryColumn() {
        Instant moment = Instant.parse("2999-01-01T00:00:00.123456Z");
        NewTask task = new NewTask(operation, "default", "h1", 7, moment, Duration.ofSeconds(2), "{\"a\":1}", 42L, 0);

        long id = scheduler.schedule(task, new NewTask.Input(null, new byte[] {1, 0, 2}));

        assertThat(db.one(String.class, """
                        select concat_ws('|', operation = ?, host, rank, state, raw_input, metadata, parent,
                                         run_at at time zone 'UTC')
                          from rework.task where id = ?
                        """, operation, id))
                .isEqualTo("t|h1|-7|scheduled|\\x010002|{\"a\": 1}|42|2999-01-01 00:00:02.123456");
    }

    @Test
    void aMomentThatHasPassedIsDue() {
        NewTask past =
                new NewTask(operation, "default", "", 0, Instant.EPOCH, Duration.ZERO, "{}", null, Enqueue.token());
        NewTask soon = new NewTask(operation, "default", "", 0, null, Duration.ofHours(1), "{}", null, Enqueue.token());

        assertThat(state(scheduler.schedule(past, json(null)))).isEqualTo("queued");
        assertThat(state(scheduler.schedule(soon, json(null)))).isEqualTo("scheduled");
    }

    private static String state(long id) {
        return db.one(String.class, "select state from rework.task where id = ?", id);
    }

    @Test
    void idsAscendAndBlocksGrow() {
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            ids.add(scheduler.schedule(due(), json(null)));
        }

        assertThat(ids).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void manyInputsBecomeTasksInTheirOrder() {
        List<@Nullable String> inputs = new ArrayList<>();
        for (int i = 0; i < 12_000; i++) {
            inputs.add(i % 7 == 0 ? null : "{\"i\": " + i + "}");
        }

        long[] ids = scheduler.scheduleAll(due(), inputs);

        assertThat(ids).hasSize(12_000).isSorted();
        assertThat(db.one(
                        Long.class,
                        "select count(*) from rework.task where id between ? and ? and (input->>'i')::int = id - ?",
                        ids[0],
                        ids[ids.length - 1],
                        ids[0]))
                .isEqualTo(12_000 - 1_715);
    }

    @Test
    void manyAreAllOrNone() {
        long before = count();

        assertThatThrownBy(() -> scheduler.scheduleAll(due(), bad(6_000)))
                .isInstanceOf(DatabaseRefused.class)
                .hasMessageContaining("cannot schedule 6000 tasks");

        assertThat(count()).isEqualTo(before);
        assertThat(scheduler.schedule(due(), json("1"))).isPositive();
    }

    private static List<@Nullable String> bad(int count) {
        List<@Nullable String> inputs = new ArrayList<>(Collections.nCopies(count, "1"));
        inputs.set(count - 1, "{");
        return inputs;
    }

    private static long count() {
        return db.one(Long.class, "select count(*) from rework.task");
    }

    @Test
    void anIdThatIsTakenIsNotOurs() throws SQLException {
        try (Connection connection = db.connection(TestDatabase.Part.SUBMITTER)) {
            long id = TaskIds.reserve(connection, 1)[0];
            NewTask mine = due();
            NewTask other = due();

            assertThat(Enqueue.one(connection, id, mine, json("1"))).isTrue();
            assertThat(Enqueue.one(connection, id, other, json("2"))).isFalse();
            assertThat(Enqueue.oneAndNotify(connection, id, other, json("2"))).isFalse();
            assertThat(Enqueue.ours(connection, other.token(), id)).isZero();
            assertThat(Enqueue.ours(connection, mine.token(), id)).isOne();
            db.execute("select setval('rework.task_id', " + id + ", false)");
            long made = scheduler.schedule(due(), json("3"));
            assertThat(made).isGreaterThan(id);
        }
    }

    @Test
    @Tag("fault-32")
    void wakesADomainOnceForManyAndAgainForTheLast() throws SQLException {
        try (Connection connection = db.connection(TestDatabase.Part.SUBMITTER)) {
            connection.createStatement().execute("listen rework_ready");
            for (int i = 0; i < 50; i++) {
                scheduler.schedule(due(), json(null));
            }
            scheduler.close();

            PGNotification[] heard = connection.unwrap(PGConnection.class).getNotifications(30_000);

            assertThat(heard).isNotEmpty();
            assertThat(heard[0].getParameter()).isEqualTo("default");
        }
    }

    @Test
    void wakesOnlyWhenTheCallerCommits() throws SQLException {
        try (Connection listening = db.connection(TestDatabase.Part.SUBMITTER);
                Connection connection = db.connection(TestDatabase.Part.SUBMITTER)) {
            listening.createStatement().execute("listen rework_ready");
            connection.setAutoCommit(false);
            long id = scheduler.scheduleIn(connection, due(), json("1"));
            long[] more = scheduler.scheduleAllIn(connection, due(), Arrays.asList("1", "2"));

            assertThat(listening.unwrap(PGConnection.class).getNotifications(300))
                    .isEmpty();
            assertThat(db.one(Long.class, "select count(*) from rework.task where id = ?", id))
                    .isZero();
            connection.commit();

            assertThat(listening.unwrap(PGConnection.class).getNotifications(30_000))
                    .hasSize(1);
            assertThat(more).hasSize(2);
            assertThat(db.one(Long.class, "select count(*) from rework.task where id >= ?", id))
                    .isEqualTo(3);
        }
    }

    @Test
    void aRetryIsANewTaskOfTheSameKind() {
        long original = scheduler.schedule(
                new NewTask(operation, "default", "h1", 4, null, Duration.ZERO, "{\"a\":1}", null, 0), json("[1]"));
        assertThat(scheduler.again(original, 3)).isZero();
        db.update(
                "update rework.task set state = 'failed', cause = 'error', finished = clock_timestamp() where id = ?",
                original);

        long again = scheduler.again(original, 3);

        assertThat(again).isGreaterThan(original);
        assertThat(db.one(
                        String.class,
                        "select concat_ws('|', state, host, rank, input, metadata, attempt) from rework.task where id = ?",
                        again))
                .isEqualTo("queued|h1|-4|[1]|{\"a\": 1}|0");
        assertThat(state(original)).isEqualTo("failed");
        assertThat(scheduler.again(999_999_999, 3)).isZero();
    }

    @Test
    @Tag("fault-22")
    void aLostAnswerMakesNoSecondTask() {
        LostAnswers cut = LostAnswers.of(
                db.dataSource(TestDatabase.Part.SUBMITTER), sql -> sql.contains("insert into rework.task"));
        try (Scheduler broken = new Scheduler(new Database(cut.dataSource(), "cut"))) {
            broken.schedule(due(), json("0"));
            long before = count();
            for (int i = 1; i <= 20; i++) {
                cut.lose(1);
                long id = broken.schedule(due(), json(String.valueOf(i)));
                assertThat(db.one(String.class, "select input::text from rework.task where id = ?", id))
                        .isEqualTo(String.valueOf(i));
                assertThat(cut.left()).isZero();
            }
            assertThat(count()).isEqualTo(before + 20);
        }
    }

    @Test
    @Tag("fault-22")
    void aLostCommitMakesNoSecondBatch() {
        LostAnswers cut = LostAnswers.of(db.dataSource(TestDatabase.Part.SUBMITTER), "commit"::equals);
        try (Scheduler broken = new Scheduler(new Database(cut.dataSource(), "cut"))) {
            broken.schedule(due(), json("0"));
            long before = count();
            cut.lose(1);

            long[] ids = broken.scheduleAll(due(), Collections.nCopies(100, "5"));

            assertThat(cut.left()).isZero();
            assertThat(count()).isEqualTo(before + 100);
            assertThat(db.number(
                            "select count(*) from rework.task where id between ? and ? and input::text = '5'",
                            ids[0],
                            ids[99]))
                    .isEqualTo(100);
        }
    }

    /** After a failover the sequence may give out ids again that rows have. */
    @Test
    void idsThatAreTakenAreNotOursInABatchEither() {
        long taken = scheduler.schedule(due(), json("1"));
        db.execute("select setval('rework.task_id', " + (taken - 2) + ")");

        long[] ids = scheduler.scheduleAll(due(), Collections.nCopies(10, "6"));

        assertThat(ids).hasSize(10).doesNotContain(taken);
        assertThat(db.one(String.class, "select input::text from rework.task where id = ?", taken))
                .isEqualTo("1");
        assertThat(db.number(
                        "select count(*) from rework.task where id between ? and ? and input::text = '6'",
                        ids[0],
                        ids[9]))
                .isEqualTo(10);
    }

    @Test
    void aRetryWhoseAnswerIsLostMakesOneTask() {
        LostAnswers cut = LostAnswers.of(db.dataSource(TestDatabase.Part.SUBMITTER), "commit"::equals);
        try (Scheduler broken = new Scheduler(new Database(cut.dataSource(), "cut"))) {
            long original = broken.schedule(due(), json("[9]"));
            db.update(
                    "update rework.task set state = 'failed', cause = 'error', finished = clock_timestamp()"
                            + " where id = ?",
                    original);
            long before = count();
            cut.lose(1);

            assertThat(broken.again(original, 3)).isGreaterThan(original);

            assertThat(cut.left()).isZero();
            assertThat(count()).isEqualTo(before + 1);
            assertThat(db.number("select count(*) from rework.audit where target = ?", "task " + original))
                    .isEqualTo(1);
        }
    }

    @Test
    void threadsMayShareIt() throws Exception {
        long before = count();
        List<CompletableFuture<List<Long>>> running = new ArrayList<>();
        for (int thread = 0; thread < 8; thread++) {
            running.add(CompletableFuture.supplyAsync(
                    () -> {
                        List<Long> ids = new ArrayList<>();
                        for (int i = 0; i < 25; i++) {
                            ids.add(scheduler.schedule(due(), json(null)));
                        }
                        return ids;
                    },
                    run -> new Thread(run).start()));
        }
        List<Long> all = new ArrayList<>();
        for (CompletableFuture<List<Long>> each : running) {
            all.addAll(each.get(120, TimeUnit.SECONDS));
        }

        assertThat(all).hasSize(200).doesNotHaveDuplicates();
        assertThat(count()).isEqualTo(before + 200);
    }
}
