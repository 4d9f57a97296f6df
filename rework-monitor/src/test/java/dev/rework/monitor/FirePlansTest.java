package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Missed;
import dev.rework.Overlap;
import dev.rework.Plan;
import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.db.PlanFires;
import dev.rework.internal.db.PlanPolicy;
import dev.rework.internal.db.PlanStore;
import dev.rework.internal.db.TaskStore;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class FirePlansTest {
    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    /** A time that stands until a test moves it; far from the database's own. */
    private Instant time = Instant.parse("2031-05-05T12:00:00.5Z");

    private final PlanStore plans = new PlanStore(TaskStore.jdbi(db.dataSource(TestDatabase.Part.OPERATOR)));
    private long operation;

    @BeforeEach
    void anOperationServedHere() {
        db.execute(
                "truncate rework.task, rework.plan, rework.plan_watch, rework.registration, rework.operation cascade");
        operation =
                db.number("insert into rework.operation (domain, name, priority) values ('d', 'op', 3) returning id");
        db.update(
                "insert into rework.registration (operation, host, class_name, method_name, path, sha256)"
                        + " values (?, 'h', 'C', 'm', 'p', 's')",
                operation);
    }

    @Test
    @DisplayName("M27 a monitor picks up the plans of its domain and makes their tasks as prepared")
    void firesWhatIsDueAsPrepared() {
        long plan = prepare("0 * * * * *", new PlanPolicy(Missed.SKIP, 100, Overlap.ALLOW, Duration.ZERO));
        db.update("insert into rework.operation (domain, name) values ('other', 'op')");
        FirePlans duty = duty();

        assertThat(duty.step()).isZero();
        forward(Duration.ofSeconds(55));
        assertThat(duty.step()).isZero();
        assertThat(duty.idle()).isEqualTo(Duration.ofSeconds(1));
        forward(Duration.ofSeconds(5));
        assertThat(duty.step()).isEqualTo(1);
        assertThat(duty.step()).isZero();

        assertThat(tasks()).isEqualTo(1);
        assertThat(db.one(
                        String.class,
                        "select concat_ws(' ', plan, fire_at at time zone 'UTC', run_at = fire_at, state, host, rank,"
                                + " input, metadata) from rework.task"))
                .isEqualTo(plan + " 2031-05-05 12:01:00 t scheduled h -3 {\"a\":1} {\"user\": \"Joe\"}");
        Plan after = plans.find(plan).orElseThrow();
        assertThat(after.position()).isEqualTo(Instant.parse("2031-05-05T12:01:00Z"));
        assertThat(after.fired()).isEqualTo(1);
        assertThat(after.note()).isNull();
    }

    @Test
    void pausedPlansAndOtherDomainsDoNotFire() {
        long plan = prepare("* * * * * *", PlanPolicy.DEFAULT);
        FirePlans elsewhere = new FirePlans(db.dataSource(TestDatabase.Part.MONITOR), "elsewhere", () -> time);
        plans.pause(plan);
        FirePlans duty = duty();
        duty.step();
        forward(Duration.ofSeconds(5));

        assertThat(duty.step() + elsewhere.step()).isZero();
        assertThat(plans.find(plan).orElseThrow().fires()).isFalse();
        assertThat(plans.resume(plan)).isTrue();
        position(plan, time);
        forward(Duration.ofSeconds(2));
        assertThat(duty.step()).isEqualTo(2);
    }

    @Test
    @DisplayName("W25 fires during downtime follow the plan's policy, and a new plan fires no past stamps")
    @Tag("fault-40")
    void downtimeFollowsThePolicy() {
        long skip = prepare("0 * * * * *", new PlanPolicy(Missed.SKIP, 100, Overlap.ALLOW, Duration.ZERO));
        long once = prepare("0 */1 * * * *", new PlanPolicy(Missed.ONCE, 100, Overlap.ALLOW, Duration.ZERO));
        long all = prepare("0 0-59 * * * *", new PlanPolicy(Missed.ALL, 100, Overlap.ALLOW, Duration.ZERO));
        duty().step();
        forward(Duration.ofMinutes(10));

        assertThat(duty().step()).isEqualTo(11);

        assertThat(tasks(skip)).isZero();
        assertThat(tasks(once)).isEqualTo(1);
        assertThat(tasks(all)).isEqualTo(10);
        assertThat(plans.find(skip).orElseThrow().skipped()).isEqualTo(10);
        assertThat(plans.find(skip).orElseThrow().note()).contains("while no monitor was there");

        long fresh = prepare("* * * * * *", PlanPolicy.DEFAULT);
        forward(Duration.ofSeconds(2));
        assertThat(duty().step()).isEqualTo(2);
        assertThat(tasks(fresh)).isEqualTo(2);
    }

    @Test
    void aRestartWithinFifteenSecondsMissesNothing() {
        long plan = prepare("* * * * * *", PlanPolicy.DEFAULT);
        duty().step();
        forward(Duration.ofSeconds(12));

        duty().step();

        assertThat(tasks(plan)).isEqualTo(12);
    }

    @Test
    @Tag("fault-40")
    void aMonitorThatDiesBetweenItsPlansLeavesTheMissedOnesToTheNext() {
        long first = prepare("0 * * * * *", new PlanPolicy(Missed.SKIP, 100, Overlap.ALLOW, Duration.ZERO));
        long second = prepare("0 */1 * * * *", new PlanPolicy(Missed.SKIP, 100, Overlap.ALLOW, Duration.ZERO));
        duty().step();
        forward(Duration.ofMinutes(10));
        // What a monitor leaves that died after it had dealt with the first plan only.
        position(first, time);

        duty().step();

        assertThat(tasks(second)).isZero();
        assertThat(plans.find(second).orElseThrow().skipped()).isEqualTo(10);
    }

    @Test
    @DisplayName("M28 overlap: exactly one task while the first is running, with skip; in turn, with queue")
    void overlapFollowsThePolicy() {
        long skip = prepare("0 * * * * *", new PlanPolicy(Missed.SKIP, 100, Overlap.SKIP, Duration.ZERO));
        long queue = prepare("0 */1 * * * *", new PlanPolicy(Missed.SKIP, 100, Overlap.QUEUE, Duration.ZERO));
        FirePlans duty = duty();
        duty.step();
        for (int i = 0; i < 60; i++) {
            forward(Duration.ofSeconds(3));
            duty.step();
        }

        assertThat(tasks(skip)).isEqualTo(1);
        assertThat(tasks(queue)).isEqualTo(1);
        assertThat(plans.find(skip).orElseThrow().skipped()).isEqualTo(2);
        assertThat(plans.find(queue).orElseThrow().skipped()).isZero();

        for (int i = 0; i < 2; i++) {
            db.execute("update rework.task set state = 'done', finished = clock_timestamp() where finished is null");
            forward(Duration.ofSeconds(3));
            duty.step();
        }
        assertThat(tasks(queue)).isEqualTo(3);
        assertThat(db.one(
                        String.class,
                        "select string_agg(to_char(fire_at at time zone 'UTC', 'HH24:MI'), ' ' order by id)"
                                + " from rework.task where plan = " + queue))
                .isEqualTo("12:01 12:02 12:03");
    }

    @Test
    void jitterPutsTasksOffWithinItsBound() {
        long plan = prepare("* * * * * *", new PlanPolicy(Missed.SKIP, 100, Overlap.ALLOW, Duration.ofSeconds(30)));
        FirePlans duty = duty();
        duty.step();
        for (int i = 0; i < 20; i++) {
            forward(Duration.ofSeconds(1));
            duty.step();
        }

        assertThat(tasks(plan)).isEqualTo(20);
        assertThat(db.number("select count(distinct run_at - fire_at) from rework.task"))
                .isGreaterThan(1);
        assertThat(db.number("select count(*) from rework.task"
                        + " where run_at between fire_at and fire_at + interval '30 seconds'"))
                .isEqualTo(20);
    }

    @Test
    @DisplayName("W27 a fire whose operation is gone or whose input no longer fits is shown, not dropped")
    void firesOfRetiredOperationsAreShown() {
        long plan = prepare("* * * * * *", PlanPolicy.DEFAULT);
        FirePlans duty = duty();
        duty.step();
        db.update("update rework.registration set retired_at = clock_timestamp()");
        forward(Duration.ofSeconds(1));
        duty.step();

        assertThat(tasks(plan)).isEqualTo(1);
        assertThat(plans.find(plan).orElseThrow().note()).isEqualTo("no host has `op` registered: its tasks wait");

        db.update(
                "update rework.operation set inputs = '{\"type\":\"object\",\"properties\":{\"b\":{\"type\":\"integer\"}},"
                        + "\"required\":[\"b\"],\"additionalProperties\":false}'");
        forward(Duration.ofSeconds(1));
        duty.step();

        assertThat(tasks(plan)).isEqualTo(2);
        assertThat(db.one(
                        String.class,
                        "select state || ' ' || cause || ': ' || reason from rework.task"
                                + " where finished is not null"))
                .startsWith("failed error: the plan's input does not fit the operation any more: ");
    }

    @Test
    void aPlanThatCannotFireDoesNotHoldUpTheOthers() {
        long wrong = prepare("0 0 1 1 *", PlanPolicy.DEFAULT);
        long good = prepare("* * * * * *", PlanPolicy.DEFAULT);
        db.update("update rework.plan set rule = 'nonsense' where id = ?", wrong);
        long lost = prepare("0 0 2 1 *", PlanPolicy.DEFAULT);
        db.update("update rework.plan set zone = 'Mars/Olympus' where id = ?", lost);
        FirePlans duty = duty();
        duty.step();
        forward(Duration.ofSeconds(3));

        assertThat(duty.step()).isEqualTo(3);
        assertThat(tasks(good)).isEqualTo(3);
        assertThat(db.one(String.class, "select note from rework.plan where id = " + wrong))
                .startsWith("it cannot fire: wrong rule \"nonsense\"");
        assertThat(db.one(String.class, "select note from rework.plan where id = " + lost))
                .contains("Mars/Olympus");
    }

    @Test
    void ofTwoWhoDecidedTheSameOneMovesThePlan() {
        long plan = prepare("* * * * * *", PlanPolicy.DEFAULT);
        PlanFires fires = new PlanFires(TaskStore.jdbi(db.dataSource(TestDatabase.Part.MONITOR)));
        PlanFires.Move move =
                new PlanFires.Move(plan, time, time.plusSeconds(1), List.of(time.plusSeconds(1)), 0, null, "{}", null);

        assertThat(fires.fire(move)).isEqualTo(1);
        assertThat(fires.fire(move)).isEqualTo(-1);

        assertThat(plans.find(plan).orElseThrow().fired()).isEqualTo(1);
    }

    @Test
    void anInstantThatHasItsTaskAlreadyIsNoError() {
        long plan = prepare("* * * * * *", PlanPolicy.DEFAULT);
        Instant before = time;
        FirePlans duty = duty();
        duty.step();
        forward(Duration.ofSeconds(1));
        assertThat(duty.step()).isEqualTo(1);
        position(plan, before);

        assertThat(duty().step()).isZero();

        assertThat(tasks(plan)).isEqualTo(1);
        assertThat(plans.find(plan).orElseThrow().note()).isNull();
    }

    @Test
    @DisplayName("W24 five monitors on one every-second plan, one killed again and again: one task per instant")
    @Tag("fault-41")
    void manyMonitorsFireEachInstantOnce() throws Exception {
        long plan = prepare("* * * * * *", PlanPolicy.DEFAULT);
        Instant begun = db.one(java.time.OffsetDateTime.class, "select clock_timestamp()")
                .toInstant();
        db.update("update rework.plan set last_fire = ? where id = ?", begun.atOffset(ZoneOffset.UTC), plan);
        List<Incarnation> monitors = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            monitors.add(new Incarnation());
        }
        try {
            for (int i = 0; i < 5; i++) {
                int fired = i;
                Eventually.isTrue("the plan goes on", () -> tasks(plan) > fired);
                monitors.get(i % 5).kill();
                monitors.set(i % 5, new Incarnation());
            }
        } finally {
            for (Incarnation each : monitors) {
                each.kill();
            }
        }
        assertThat(db.number("select count(distinct fire_at) from rework.task where plan = ?", plan))
                .isEqualTo(tasks(plan));
        assertThat(db.one(
                        Boolean.class,
                        "select count(*) = extract(epoch from max(fire_at) - min(fire_at)) + 1"
                                + " and min(fire_at) = date_trunc('second', '" + begun
                                + "'::timestamptz) + interval '1 second'"
                                + " from rework.task"))
                .isTrue();
    }

    /** A duty in a thread of its own, until its connections are cut off. */
    private static final class Incarnation {
        private final AtomicBoolean running = new AtomicBoolean(true);
        private final String name = "fire-" + System.identityHashCode(this);
        private final Thread thread = new Thread(this::run, name);

        Incarnation() {
            thread.start();
        }

        private void run() {
            org.postgresql.ds.PGSimpleDataSource source =
                    (org.postgresql.ds.PGSimpleDataSource) db.dataSource(TestDatabase.Part.MONITOR);
            source.setApplicationName(name);
            FirePlans duty = new FirePlans(source, "d");
            while (running.get()) {
                try {
                    duty.step();
                } catch (RuntimeException e) {
                    return;
                }
                LockSupport.parkNanos(5_000_000);
            }
        }

        void kill() throws InterruptedException {
            running.set(false);
            db.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = '" + name + "'");
            thread.join(30_000);
            assertThat(thread.isAlive()).isFalse();
        }
    }

    private FirePlans duty() {
        return new FirePlans(db.dataSource(TestDatabase.Part.MONITOR), "d", () -> time);
    }

    private void forward(Duration by) {
        time = time.plus(by);
    }

    private long prepare(String rule, PlanPolicy policy) {
        long plan = plans.prepare(new PlanStore.Draft(
                operation,
                "h",
                rule,
                ZoneOffset.UTC,
                "{\"a\":1}",
                null,
                "{\"user\":\"Joe\"}",
                policy,
                null,
                java.util.List.of()));
        position(plan, time);
        return plan;
    }

    private void position(long plan, Instant at) {
        db.update("update rework.plan set last_fire = ? where id = ?", at.atOffset(ZoneOffset.UTC), plan);
    }

    private static long tasks() {
        return db.number("select count(*) from rework.task");
    }

    private static long tasks(long plan) {
        return db.number("select count(*) from rework.task where plan = ?", plan);
    }
}
