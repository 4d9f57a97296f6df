package dev.rework.internal.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Cause;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.HandCell.Begun;
import dev.rework.internal.db.MonitorStore.Late;
import dev.rework.internal.db.MonitorStore.Look;
import dev.rework.internal.db.MonitorStore.Order;
import dev.rework.internal.db.TaskVerdicts.Death;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class TaskVerdictsTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    private final TaskVerdicts verdicts = new TaskVerdicts(TaskStore.jdbi(db.dataSource(TestDatabase.Part.MONITOR)));
    private final WorkerStore workers = new WorkerStore(TaskStore.jdbi(db.dataSource(TestDatabase.Part.MONITOR)));
    private final MonitorStore monitors = new MonitorStore(TaskStore.jdbi(db.dataSource(TestDatabase.Part.MONITOR)));
    private long worker;
    private long plain;
    private long stubborn;

    @BeforeEach
    void fresh() {
        db.execute(
                "truncate rework.task, rework.worker, rework.operation, rework.registration, rework.attempt cascade");
        plain = operation("plain", "FAIL", 0);
        stubborn = operation("stubborn", "RETRY", 2);
        worker = workers.insert(new WorkerStore.Planned("h1", "d", 1, UUID.randomUUID(), "", "", null));
    }

    private static long operation(String name, String onCrash, int retries) {
        return db.number(
                "insert into rework.operation (domain, name, on_crash, retries, timeout_ms, grace_ms)"
                        + " values ('d', ?, ?, ?, 1000, 7) returning id",
                name,
                onCrash,
                retries);
    }

    private long held(long operation, String state, int attempt) {
        String cause = state.equals("aborting") ? "abort" : null;
        long id = db.number(
                "insert into rework.task (operation, worker, state, cause, reason, attempt, started)"
                        + " values (?, ?, ?, ?, ?, ?, case when ? = 'claimed' then null else clock_timestamp() end)"
                        + " returning id",
                operation,
                worker,
                state,
                cause,
                cause == null ? null : "somebody asked",
                attempt,
                state);
        db.update("update rework.worker set holding = holding || ?::bigint where id = ?", id, worker);
        return id;
    }

    private static String what(long task) {
        return db.one(
                String.class,
                "select concat_ws(' ', state, cause, attempt, worker is null, started is null, reason)"
                        + " from rework.task where id = ?",
                task);
    }

    private void dies(Cause cause, Long... begun) {
        List<Begun> cell = java.util.Arrays.stream(begun)
                .map(id -> new Begun(id, (int) db.number("select attempt from rework.task where id = ?", id)))
                .toList();
        assertThat(verdicts.died(new Death(worker, cell, cause, "killed by SIGKILL", "dead", true)))
                .isTrue();
    }

    @Test
    void theBegunFailAndTheUnbegunGoBackUncharged() {
        long running = held(plain, "running", 1);
        long begun = held(plain, "claimed", 1);
        long unbegun = held(plain, "claimed", 3);
        dies(Cause.CRASH, begun);
        assertThat(what(running)).isEqualTo("failed crash 1 f f killed by SIGKILL");
        assertThat(what(begun)).isEqualTo("failed crash 1 f f killed by SIGKILL");
        assertThat(what(unbegun)).isEqualTo("queued 2 t t");
        assertThat(workers.find(worker))
                .get()
                .extracting(WorkerRow::state, WorkerRow::deathinfo)
                .containsExactly("dead", "dead");
    }

    @Test
    void aRetryingOperationRunsAgainUntilItsRetriesAreUsed() {
        long first = held(stubborn, "running", 1);
        long last = held(stubborn, "running", 3);
        dies(Cause.MEMORY);
        assertThat(what(first)).isEqualTo("scheduled 1 t t");
        assertThat(what(last)).isEqualTo("failed memory 3 f f killed by SIGKILL");
        assertThat(db.one(
                        String.class,
                        "select cause || reason from rework.attempt where task = ? and attempt = 1",
                        first))
                .isEqualTo("memorykilled by SIGKILL");
    }

    @Test
    void aCrashIsRetriedOnlyWhereTheOperationSaysSo() {
        long running = held(operation("careful", "FAIL", 2), "running", 1);
        dies(Cause.CRASH, running);
        assertThat(what(running)).isEqualTo("failed crash 1 f f killed by SIGKILL");
    }

    @Test
    void whatWasToBeAbortedIsAbortedWithItsOwnReason() {
        long running = held(stubborn, "aborting", 1);
        long unbegun = held(plain, "aborting", 2);
        dies(Cause.CRASH, running);
        assertThat(what(running)).isEqualTo("aborted abort 1 f f somebody asked");
        assertThat(what(unbegun)).isEqualTo("aborted cancelled 1 t t somebody asked");
    }

    @Test
    void aTimeoutUsesTheRetries() {
        long late = held(stubborn, "running", 1);
        db.update("update rework.task set started = clock_timestamp() - interval '1 minute' where id = ?", late);
        assertThat(verdicts.expire(new Late(worker, late, 2, 1000))).isFalse();
        assertThat(verdicts.expire(new Late(worker, late, 1, 1000))).isTrue();
        assertThat(what(late)).isEqualTo("aborting timeout 1 f f ran longer than PT1S");
        dies(Cause.ABORT, late);
        assertThat(what(late)).isEqualTo("scheduled 1 t t");
    }

    @Test
    @DisplayName("W07 what has not begun, is in time or has ended is never late")
    @Tag("fault-6")
    void aTaskInTimeOrEndedIsNeverLate() {
        long quick = held(plain, "running", 1);
        assertThat(verdicts.expire(new Late(worker, quick, 1, 1000))).isFalse();
        db.update(
                "update rework.task set state = 'done', finished = clock_timestamp(),"
                        + " started = clock_timestamp() - interval '1 hour' where id = ?",
                quick);
        assertThat(verdicts.expire(new Late(worker, quick, 1, 1000))).isFalse();
        assertThat(monitors.look("h1", "d", 10).late()).isEmpty();
    }

    @Test
    void aKilledWorkersTaskIsAborted() {
        long running = held(plain, "running", 1);
        dies(Cause.ABORT);
        assertThat(what(running)).isEqualTo("aborted abort 1 f f killed by SIGKILL");
    }

    @Test
    @DisplayName("W39 a death is decided once: no later reason overwrites it")
    @Tag("fault-44")
    void aDeathIsDecidedOnceAndFinishedTasksStay() {
        long done = held(plain, "running", 1);
        db.update("update rework.task set state = 'done', finished = clock_timestamp() where id = ?", done);
        dies(Cause.CRASH, done);
        assertThat(what(done)).isEqualTo("done 1 f f");
        assertThat(verdicts.died(new Death(worker, null, Cause.CRASH, "again", "again", true)))
                .isFalse();
        assertThat(workers.find(worker).orElseThrow().deathinfo()).isEqualTo("dead");
    }

    @Test
    void whenNobodyCanTellAllCountAsBegun() {
        long claimed = held(plain, "claimed", 1);
        assertThat(verdicts.died(new Death(worker, null, Cause.LOST, "silent", "silent", true)))
                .isTrue();
        assertThat(what(claimed)).isEqualTo("failed lost 1 f f silent");
    }

    @Test
    void aDroppedClaimIsCancelledOnlyWhileItIsToBeAborted() {
        long claimed = held(plain, "claimed", 1);
        assertThat(verdicts.dropped(worker, claimed, 1)).isFalse();
        long aborting = held(plain, "aborting", 1);
        assertThat(verdicts.dropped(worker, aborting, 1)).isTrue();
        assertThat(what(aborting)).isEqualTo("aborted cancelled 0 t t somebody asked");
    }

    @Test
    void dueTasksAreQueuedAndOthersWait() {
        long due = task("scheduled", "clock_timestamp() - interval '1 second'");
        long later = task("scheduled", "clock_timestamp() + interval '1 hour'");
        assertThat(monitors.look("h1", "d", 10).dueInMillis()).isNegative();
        assertThat(verdicts.promote()).isEqualTo(1);
        assertThat(what(due)).startsWith("queued");
        assertThat(what(later)).startsWith("scheduled");
        assertThat(monitors.look("h1", "d", 10).dueInMillis()).isBetween(3_500_000L, 3_600_000L);
    }

    private long task(String state, String runAt) {
        return db.number(
                "insert into rework.task (operation, state, run_at) values (?, ?, " + runAt + ") returning id",
                plain,
                state);
    }

    @Test
    void aMonitorSeesWhatConcernsItAndNothingElse() {
        db.update(
                "insert into rework.registration (operation, host, class_name, method_name, path, sha256)"
                        + " values (?, 'h1', 'C', 'm', '/p', 's')",
                plain);
        for (int i = 0; i < 5; i++) {
            task("queued", "clock_timestamp()");
        }
        db.update("insert into rework.task (operation, state) values (?, 'queued')", stubborn);
        long aborting = held(plain, "aborting", 2);
        long late = held(plain, "running", 1);
        db.update("update rework.task set started = clock_timestamp() - interval '1 minute' where id = ?", late);
        workers.requestStop(worker, "please");

        Look look = monitors.look("h1", "d", 100);

        assertThat(look.queued()).isEqualTo(5);
        assertThat(look.orders()).containsExactly(new Order(worker, aborting, 2, "abort", "somebody asked", 7));
        assertThat(look.late()).containsExactly(new Late(worker, late, 1, 1000));
        assertThat(look.requests()).containsExactly(new MonitorStore.Request(worker, false, "please"));
        assertThat(monitors.look("h1", "d", 3).queued()).isEqualTo(3);
        assertThat(monitors.look("h2", "d", 100)).isEqualTo(Look.NOTHING);
    }

    @Test
    @Tag("fault-18")
    void onlySilentWorkersOfOtherHostsAreLost() {
        long running = held(plain, "running", 1);
        assertThat(verdicts.others("h1", "d")).isEmpty();
        TaskVerdicts.Lease alive = verdicts.others("h2", "d").get(0);
        assertThat(alive.passed()).isFalse();
        assertThat(verdicts.lost(alive)).isFalse();
        db.execute("update rework.worker set lease = clock_timestamp() - interval '6 seconds'");
        TaskVerdicts.Lease silent = verdicts.others("h2", "d").get(0);
        assertThat(silent.passed()).isTrue();
        assertThat(verdicts.lost(silent)).isTrue();
        assertThat(what(running)).isEqualTo("failed lost 1 f f host h1 fell silent");
    }

    @Test
    void aMonitorsLeaseCoversItsWorkers() {
        long monitor = monitors.enter(new MonitorStore.Entry("h1", "d", 1, 1, "", "", "{}"))
                .orElseThrow();
        db.update("update rework.worker set monitor = ?, lease = clock_timestamp() - interval '1 hour'", monitor);
        TaskVerdicts.Lease covered = verdicts.others("h2", "d").get(0);
        assertThat(covered.passed()).isFalse();
        assertThat(verdicts.lost(covered)).isFalse();
        monitors.end(monitor);
        assertThat(verdicts.others("h2", "d").get(0).passed()).isTrue();
    }

    @Test
    void requestsAreAnsweredAndAudited() {
        assertThat(workers.requestKill(worker, "no reason")).isEqualTo(WorkerStore.Answer.ASKED);
        assertThat(workers.requestKill(worker + 1000, "x")).isEqualTo(WorkerStore.Answer.UNKNOWN);
        dies(Cause.ABORT);
        assertThat(workers.requestStop(worker, "x")).isEqualTo(WorkerStore.Answer.DEAD);
        assertThat(db.one(String.class, "select verb || ' ' || target || ' ' || detail from rework.audit"))
                .isEqualTo("kill worker " + worker + " no reason");
    }

    @Test
    @DisplayName("W37 retention deletes what ended long ago, and workers without their tasks")
    @Tag("fault-46")
    void retentionDeletesWhatEndedLongAgoOnly() {
        Retention retention = new Retention(TaskStore.jdbi(db.dataSource(TestDatabase.Part.MONITOR)));
        long old = held(plain, "running", 1);
        long kept = held(plain, "running", 1);
        db.execute("update rework.task set state = 'done', finished = clock_timestamp()");
        db.update("update rework.task set finished = clock_timestamp() - interval '2 days' where id = ?", old);
        long parent = task("queued", "clock_timestamp()");
        long child = task("queued", "clock_timestamp()");
        db.update(
                "update rework.task set state = 'done', parent = ?, finished = clock_timestamp() - interval '2 days'"
                        + " where id = ?",
                parent,
                child);
        assertThat(retention.finishedTasks("other", Duration.ofDays(1))).isZero();
        assertThat(retention.finishedTasks("d", Duration.ofDays(1))).isEqualTo(1);
        assertThat(db.number("select count(*) from rework.task where id in (?, ?)", kept, child))
                .isEqualTo(2);
        assertThat(retention.deadWorkers("d", Duration.ZERO)).isZero();
        dies(Cause.ABORT);
        assertThat(retention.deadWorkers("d", Duration.ZERO)).isEqualTo(1);
        assertThat(retention.queuedTasks("d", Duration.ZERO)).isEqualTo(1);
    }
}
