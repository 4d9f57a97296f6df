package dev.rework.internal.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.TestDatabase;
import java.time.Duration;
import java.time.LocalDate;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What goes, and above all what stays. */
class RetentionTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    private static final Duration MONTH = Duration.ofDays(30);
    private static final String DAY = "2010-03-04";

    private final Retention retention = new Retention(TaskStore.jdbi(db.dataSource(TestDatabase.Part.MONITOR)));
    private long operation;

    @BeforeEach
    void begin() {
        db.execute("truncate rework.task, rework.operation, rework.worker, rework.log cascade");
        operation = operation("d");
    }

    private static long operation(String domain) {
        return db.number("insert into rework.operation (domain, name) values (?, 'o') returning id", domain);
    }

    /** Scheduled 40 days ago, and if it is over, so long over. */
    private long task(String state, Object parent) {
        boolean over = state.equals("done");
        boolean held = state.equals("claimed") || state.equals("running");
        return db.number(
                "insert into rework.task (operation, state, parent, worker, queued, finished) values (?, ?, ?::bigint, ?,"
                        + " clock_timestamp() - interval '40 days',"
                        + " case when ? then clock_timestamp() - interval '40 days' end) returning id",
                operation,
                state,
                parent == null ? null : parent.toString(),
                held ? 7L : null,
                over);
    }

    private static void line(long task, String time) {
        db.update(
                "insert into rework.log (task, attempt, time, stream, level, line)"
                        + " values (?, 1, ?::timestamptz, 'stdout', 'INFO', 'x')",
                task,
                time);
    }

    private static long lines(long task) {
        return db.number("select count(*) from rework.log where task = ?", task);
    }

    private static boolean isThere(long task) {
        return db.number("select count(*) from rework.task where id = ?", task) == 1;
    }

    private long orphans() {
        LocalDate day = LocalDate.parse(DAY);
        return retention.orphanedLines(day, day.plusDays(1));
    }

    @Test
    void nothingThatWaitsOrRunsIsFinished() {
        long[] all = LongStream.of(
                        task("scheduled", null),
                        task("blocked", null),
                        task("queued", null),
                        task("claimed", null),
                        task("running", null))
                .toArray();
        LongStream.of(all).forEach(task -> line(task, DAY));
        long done = task("done", null);
        assertThat(retention.finishedTasksOnly("d", MONTH)).isEqualTo(1);
        assertThat(orphans()).isZero();
        assertThat(isThere(done)).isFalse();
        for (long task : all) {
            assertThat(isThere(task)).isTrue();
            assertThat(lines(task)).isEqualTo(1);
        }
    }

    @Test
    void aChildStaysWhileItsParentMayJoinIt() {
        long parent = task("running", null);
        long child = task("done", parent);
        long queued = task("queued", parent);
        assertThat(retention.finishedTasks("d", MONTH)).isZero();
        assertThat(retention.finishedTasksOnly("d", MONTH)).isZero();
        assertThat(retention.queuedTasks("d", MONTH)).isZero();
        db.update(
                "update rework.task set state = 'done', finished = clock_timestamp(), worker = null where id = ?",
                parent);
        assertThat(retention.finishedTasksOnly("d", MONTH)).isEqualTo(1);
        assertThat(retention.queuedTasks("d", MONTH)).isEqualTo(1);
        assertThat(isThere(parent)).isTrue();
        assertThat(isThere(child) || isThere(queued)).isFalse();
    }

    @Test
    void whatIsYoungOrOfAnotherDomainStays() {
        long young = task("done", null);
        db.update("update rework.task set finished = clock_timestamp() - interval '29 days' where id = ?", young);
        operation = operation("e");
        long other = task("done", null);
        assertThat(retention.finishedTasks("d", MONTH)).isZero();
        assertThat(isThere(young) && isThere(other)).isTrue();
    }

    @Test
    void byHandTheLinesGoToo() {
        long done = task("done", null);
        long again = task("queued", null);
        db.update("insert into rework.attempt (task, attempt, cause) values (?, 1, 'error')", again);
        db.update("insert into rework.dump (task, attempt, content) values (?, 1, 'x')", again);
        line(done, DAY);
        line(again, DAY);
        assertThat(retention.finishedTasks("d", MONTH)).isEqualTo(1);
        assertThat(retention.queuedTasks("d", MONTH)).isEqualTo(1);
        assertThat(db.number("select count(*) from rework.log")).isZero();
        assertThat(db.number("select count(*) from rework.dump")).isZero();
        assertThat(db.number("select count(*) from rework.attempt")).isZero();
    }

    @Test
    void queuedMeansQueuedAndNeitherLaterNorBlockedNorHeld() {
        long[] others = {task("scheduled", null), task("blocked", null), task("claimed", null), task("done", null)};
        task("queued", null);
        assertThat(retention.queuedTasks("d", MONTH)).isEqualTo(1);
        assertThat(LongStream.of(others).allMatch(RetentionTest::isThere)).isTrue();
    }

    @Test
    void moreThanABatchGoes() {
        db.update(
                "insert into rework.task (operation, state, finished)"
                        + " select ?, 'done', clock_timestamp() - interval '40 days' from generate_series(1, 2500)",
                operation);
        db.execute(
                "insert into rework.log (task, attempt, time, stream, level, line)"
                        + " select t.id, 1, '2010-03-04', 'stdout', 'INFO', 'x' from rework.task t cross join generate_series(1, 3)");
        assertThat(retention.finishedTasksOnly("d", MONTH)).isEqualTo(2500);
        assertThat(db.number("select count(*) from rework.log")).isEqualTo(7500);
        assertThat(orphans()).isEqualTo(7500);
    }

    @Test
    void onlyTheLinesOfThatDayWhoseTasksAreGoneAreOrphaned() {
        long there = task("running", null);
        long gone = there + 1000;
        line(there, DAY);
        line(gone, DAY + " 00:00+00");
        line(gone, DAY + " 23:59:59.999+00");
        line(gone, "2010-03-05 00:00+00");
        assertThat(orphans()).isEqualTo(2);
        assertThat(lines(there)).isEqualTo(1);
        assertThat(lines(gone)).isEqualTo(1);
    }

    @Test
    void deadWorkersGoWithTheirSamplesAndLivingOnesStay() {
        long dead = worker("'dead', clock_timestamp() - interval '40 days', 'x'");
        long living = worker("'busy', null, null");
        db.execute("insert into rework.sample (worker, memory_mb, cpu_percent) select id, 1, 1 from rework.worker");
        long task = task("done", null);
        db.update("update rework.task set worker = ? where id = ?", dead, task);
        assertThat(retention.deadWorkers("d", MONTH)).isEqualTo(1);
        assertThat(db.number("select worker from rework.sample")).isEqualTo(living);
        assertThat(isThere(task)).isTrue();
    }

    private static long worker(String rest) {
        return db.number("insert into rework.worker (host, domain, tag, lease, state, finished, deathinfo)"
                + " values ('h', 'd', gen_random_uuid(), clock_timestamp(), " + rest + ") returning id");
    }

    @Test
    void aWorkersHistoryIsItsNewestReadings() {
        WorkerStore store = new WorkerStore(TaskStore.jdbi(db.dataSource(TestDatabase.Part.MONITOR)));
        long worker = worker("'busy', null, null");
        long other = worker("'busy', null, null");
        store.sampled(java.util.List.of(new WorkerStore.Sample(other, 5, 5)));
        for (int i = 1; i <= 250; i++) {
            store.sampled(java.util.List.of(new WorkerStore.Sample(worker, i, 1)));
        }
        assertThat(store.history(worker))
                .hasSizeBetween(235, 240)
                .extracting(WorkerStore.Reading::memoryMb)
                .isSorted()
                .endsWith(249, 250);
        assertThat(store.history(other)).hasSize(1);
        assertThat(store.find(worker).orElseThrow().memoryMb()).isEqualTo(250);
    }

    @Test
    @Timeout(value = 60, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void readingsAreStoredPastAWorkersRowThatSomebodyHasLocked() throws Exception {
        WorkerStore store = new WorkerStore(TaskStore.jdbi(db.dataSource(TestDatabase.Part.MONITOR)));
        long free = worker("'busy', null, null");
        long locked = worker("'busy', null, null");
        java.util.List<WorkerStore.Sample> both =
                java.util.List.of(new WorkerStore.Sample(locked, 7, 7), new WorkerStore.Sample(free, 5, 5));
        try (java.sql.Connection other = db.connection();
                java.sql.Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("select from rework.worker where id = " + locked + " for no key update");
            assertThat(store.sampled(both)).containsExactly(free);
            other.rollback();
        }
        assertThat(store.find(locked).orElseThrow().memoryMb()).isZero();
        assertThat(store.history(locked)).isEmpty();
        assertThat(store.sampled(both)).containsExactlyInAnyOrder(free, locked);
        assertThat(store.find(locked).orElseThrow().memoryMb()).isEqualTo(7);
    }
}
