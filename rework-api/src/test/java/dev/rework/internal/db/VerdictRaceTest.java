package dev.rework.internal.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Cause;
import dev.rework.embedded.FaultRow;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.HandCell.Begun;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Who ends a task when everybody wants to at once: its worker settles, and settles again over a second connection as after a
 * lost answer; a client aborts; two monitors declare the worker dead, or its time over; the worker and another take what came
 * back. Five sessions issue the product's own statements after a barrier, each after a pause drawn from a seed. A trigger of
 * the test is the witness of every end and of every change after it.
 */
@Tag("slow")
class VerdictRaceTest {

    private static final int RACES = Integer.getInteger("rework.races", 10_000);
    private static final long SEED = Long.getLong("rework.seed", 44);
    private static final int LONGEST_PAUSE_MICROS = 400;

    private static final String AS_A_WORKER = "set plan_cache_mode = force_generic_plan; set enable_seqscan = off;"
            + " set enable_bitmapscan = off; set enable_hashjoin = off; set enable_mergejoin = off; set jit = off;"
            + " set synchronous_commit = off";

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    private final List<Connection> connections = new ArrayList<>();
    private final Random random = new Random(SEED);
    private final CyclicBarrier gate = new CyclicBarrier(5);
    private Contender worker;
    private Contender repeater;
    private Contender other;
    private TaskStore client;
    private TaskVerdicts monitor;
    private TaskVerdicts secondMonitor;
    private Statement stage;
    private long plain;
    private long stubborn;
    private volatile Race race;

    /** How its worker says that the first attempt ended. */
    private enum End {
        DONE,
        ERROR,
        AGAIN,
        GIVEN_BACK
    }

    /** One task, what is drawn for it, and what everybody was told. */
    private static final class Race {
        final long task;
        final long operation;
        final End end;
        final boolean aborts;
        final boolean dies;
        final boolean diesTwice;
        final boolean expires;
        final int[] pauses;
        final AtomicInteger settled = new AtomicInteger();
        final AtomicInteger died = new AtomicInteger();
        volatile TaskStore.AbortAnswer answer = TaskStore.AbortAnswer.UNKNOWN;

        Race(long task, long operation, End end, Random random) {
            this.task = task;
            this.operation = operation;
            this.end = end;
            aborts = random.nextInt(10) < 6;
            dies = random.nextInt(10) < 6;
            diesTwice = random.nextInt(10) < 3;
            expires = random.nextInt(10) < 3;
            pauses = random.ints(12, 0, LONGEST_PAUSE_MICROS).toArray();
        }

        void pause(int which) {
            long end = System.nanoTime() + pauses[which] * 1000L;
            while (System.nanoTime() < end) {
                Thread.onSpinWait();
            }
        }
    }

    /** A worker's session: its statements, whatever it was told about earlier ones. */
    private static final class Contender {
        final TaskQueue queue;

        Contender(Connection connection, long worker) {
            queue = new TaskQueue(connection, worker);
        }

        /** As a worker settles: again as long as the task is still its own. True when it was told that this outcome counts. */
        boolean settle(long task, int attempt, End end) throws SQLException {
            String text = "{\"worker\":" + queue.worker() + ",\"attempt\":" + attempt + "}";
            List<Outcome> outcomes = List.of(new Outcome(
                    task,
                    attempt,
                    end == End.DONE,
                    end == End.DONE ? text : null,
                    null,
                    end == End.DONE ? null : text,
                    end == End.DONE ? null : "it failed",
                    0,
                    0,
                    0,
                    0,
                    end == End.AGAIN ? 0 : -1));
            while (true) {
                Turn turn = queue.turn(outcomes, null, true);
                if (turn.settled().contains(task)) {
                    return true;
                }
                if (!turn.alive() || queue.readBack(outcomes).get(task) != Verdict.HELD) {
                    return false;
                }
            }
        }

        int takeAndSettle(long operation, Runnable between) throws SQLException {
            Ask ask = new Ask(new Lane(operation, ""), Place.FIRST, 4);
            List<Claim> claims = queue.turn(List.of(), ask, false).claims();
            for (Claim claim : claims) {
                between.run();
                settle(claim.id(), claim.attempt(), End.DONE);
            }
            return claims.size();
        }
    }

    @BeforeEach
    void enterTheRing() throws SQLException {
        db.execute("""
                create table public.witnessed (task bigint, what text);
                create function public.witness() returns trigger language plpgsql as $$
                begin
                  insert into public.witnessed
                  values (new.id, case when old.finished is null then 'ended' else 'changed after its end' end);
                  return new;
                end $$;
                create trigger witness after update on rework.task for each row
                  when (old.finished is not null or new.finished is not null) execute function public.witness();
                """);
        plain = operation("plain", "FAIL", 0);
        stubborn = operation("stubborn", "RETRY", 3);
        long first = worker();
        worker = new Contender(opened(), first);
        repeater = new Contender(opened(), first);
        other = new Contender(opened(), worker());
        client = new TaskStore(Jdbi.create(opened()));
        monitor = new TaskVerdicts(Jdbi.create(opened()));
        secondMonitor = new TaskVerdicts(Jdbi.create(opened()));
        stage = opened().createStatement();
    }

    @AfterEach
    void leave() throws SQLException {
        for (Connection connection : connections) {
            connection.close();
        }
    }

    @Test
    @Tag("fault-44")
    void ofAllWhoEndATaskAtOnceOneDoes() throws Exception {
        long since = System.nanoTime();
        List<Race> races = run();
        while (other.takeAndSettle(plain, () -> {}) + other.takeAndSettle(stubborn, () -> {}) > 0) {
            // What came back last has still to be done.
        }
        Duration took = Duration.ofNanos(System.nanoTime() - since);
        assertThat(db.number("select count(*) from rework.task where finished is null"))
                .as("tasks nobody ended")
                .isZero();
        assertThat(db.number("select count(*) from public.witnessed where what <> 'ended'"))
                .as("changes after an end")
                .isZero();
        assertThat(db.number(
                        "select count(*) from (select task from public.witnessed group by task having count(*) = 1)"
                                + " x"))
                .as("tasks that ended once")
                .isEqualTo(RACES);
        assertThat(db.number("select count(*) from rework.task where state = 'done'"
                        + " and (output ->> 'worker' <> worker::text or output ->> 'attempt' <> attempt::text)"))
                .as("outputs of another attempt or worker")
                .isZero();
        assertThat(db.number("select count(*) from rework.task t where (select count(*) from rework.attempt a"
                        + " where a.task = t.id) <> t.attempt - case when t.cause = 'cancelled' then 0 else 1 end"))
                .as("tasks not explained by their attempts")
                .isZero();
        Map<String, Integer> verdicts = answersAgree(races);
        FaultRow.measured(
                44,
                RACES + " races in " + FaultRow.millis(took) + ", one verdict each: " + verdicts
                        + ", none ended twice");
        assertThat(verdicts)
                .containsOnlyKeys(
                        "done",
                        "done later",
                        "failed error",
                        "failed crash",
                        "aborted abort",
                        "aborted timeout",
                        "aborted cancelled");
    }

    private List<Race> run() throws Exception {
        List<Race> races = new ArrayList<>();
        ExecutorService threads = Executors.newFixedThreadPool(5);
        try {
            List<Future<?>> all = List.of(
                    threads.submit(() -> round(() -> next(races), this::finish, this::takeBack)),
                    threads.submit(() -> round(() -> {}, () -> {}, this::repeat)),
                    threads.submit(() -> round(() -> {}, this::abort, () -> {})),
                    threads.submit(() -> round(() -> {}, this::die, this::dieLate)),
                    threads.submit(() -> round(() -> {}, this::dieToo, this::takeOver)));
            for (Future<?> one : all) {
                one.get(9, TimeUnit.MINUTES);
            }
        } catch (ExecutionException e) {
            throw new AssertionError("seed " + SEED + ": " + e.getCause(), e);
        } finally {
            threads.shutdownNow();
        }
        return races;
    }

    /** What one of the five does in a race. */
    @FunctionalInterface
    private interface Step {
        void take() throws SQLException;
    }

    private Object round(Step before, Step first, Step second) throws Exception {
        try {
            for (int i = 0; i < RACES; i++) {
                before.take();
                await();
                first.take();
                await();
                second.take();
                await();
            }
            return "";
        } catch (SQLException | RuntimeException e) {
            gate.reset();
            throw e;
        }
    }

    private void await() throws InterruptedException, BrokenBarrierException, TimeoutException {
        gate.await(1, TimeUnit.MINUTES);
    }

    /** A task in the worker's hands, claimed or running, and the worker alive. */
    private void next(List<Race> races) throws SQLException {
        End end = End.values()[random.nextInt(End.values().length)];
        long operation = end == End.AGAIN || random.nextBoolean() ? stubborn : plain;
        boolean running = end != End.GIVEN_BACK && random.nextBoolean();
        try (ResultSet made = stage.executeQuery("""
                with made as (
                  insert into rework.task (operation, worker, state, attempt, started)
                  values (%d, %d, '%s', 1, %s) returning id
                ), alive as (
                  update rework.worker w set state = 'busy', finished = null, deathinfo = null, holding = array[made.id]
                    from made where w.id = %2$d
                )
                select id from made
                """.formatted(
                        operation,
                        worker.queue.worker(),
                        running ? "running" : "claimed",
                        running ? "clock_timestamp() - interval '1 minute'" : "null"))) {
            made.next();
            race = new Race(made.getLong(1), operation, end, random);
        }
        races.add(race);
    }

    private void finish() throws SQLException {
        Race now = race;
        now.pause(0);
        if (now.end == End.GIVEN_BACK) {
            worker.queue.giveBack(List.of(new Claim(now.task, 1, Place.FIRST, null, null, null, false)), "d");
        } else if (worker.settle(now.task, 1, now.end)) {
            now.settled.incrementAndGet();
        }
    }

    private void abort() {
        Race now = race;
        if (now.aborts) {
            now.pause(1);
            now.answer = client.abort(now.task, "somebody asked");
        }
    }

    private void die() {
        Race now = race;
        now.pause(2);
        if (now.expires) {
            monitor.expire(new MonitorStore.Late(worker.queue.worker(), now.task, 1, 1000));
            now.pause(3);
        }
        if (now.dies) {
            died(monitor, now, Cause.CRASH);
        }
    }

    private void dieToo() {
        Race now = race;
        if (now.diesTwice) {
            now.pause(4);
            died(secondMonitor, now, Cause.CRASH);
        }
    }

    private void dieLate() {
        Race now = race;
        now.pause(5);
        monitor.expire(new MonitorStore.Late(worker.queue.worker(), now.task, 1, 1000));
        if (now.dies) {
            died(monitor, now, Cause.CRASH);
        }
    }

    private void died(TaskVerdicts who, Race now, Cause cause) {
        List<Begun> begun = now.end == End.GIVEN_BACK ? List.of() : List.of(new Begun(now.task, 1));
        if (who.died(new TaskVerdicts.Death(worker.queue.worker(), begun, cause, "killed", "killed", true))) {
            now.died.incrementAndGet();
        }
    }

    /** The answer was lost: the same outcome over another connection, when others may have the task already. */
    private void repeat() throws SQLException {
        Race now = race;
        End end = now.end == End.GIVEN_BACK ? End.DONE : now.end;
        for (int i = 6; i < 8; i++) {
            now.pause(i);
            if (repeater.settle(now.task, 1, end)) {
                now.settled.incrementAndGet();
            }
        }
    }

    private void takeBack() throws SQLException {
        Race now = race;
        now.pause(9);
        worker.takeAndSettle(now.operation, () -> now.pause(10));
    }

    private void takeOver() throws SQLException {
        Race now = race;
        now.pause(11);
        other.takeAndSettle(now.operation, () -> now.pause(10));
    }

    /** Whoever was told that he ended a task did; counts the verdicts. */
    private Map<String, Integer> answersAgree(List<Race> races) throws SQLException {
        Map<Long, String> ends = new TreeMap<>();
        try (ResultSet rows =
                stage.executeQuery("select id, concat_ws(' ', state, cause), attempt from rework.task order by id")) {
            while (rows.next()) {
                boolean later = rows.getString(2).equals("done") && rows.getInt(3) > 1;
                ends.put(rows.getLong(1), rows.getString(2) + (later ? " later" : ""));
            }
        }
        Map<String, Integer> verdicts = new TreeMap<>();
        for (Race one : races) {
            String end = ends.get(one.task);
            verdicts.merge(end, 1, Integer::sum);
            String what = "task " + one.task + ", seed " + SEED + ": " + one.end + ", abort " + one.answer + ", deaths "
                    + one.died + ", ended " + end;
            assertThat(one.settled.get()).as("outcomes that counted: " + what).isLessThan(2);
            assertThat(one.died.get()).as("deaths decided: " + what).isLessThan(2);
            if (one.settled.get() == 1 && one.end == End.DONE) {
                assertThat(end).as(what).isEqualTo("done");
            }
            if (one.answer == TaskStore.AbortAnswer.CANCELLED) {
                assertThat(end).as(what).isEqualTo("aborted cancelled");
            }
            if (one.answer == TaskStore.AbortAnswer.ASKED && one.settled.get() == 0) {
                assertThat(end).as(what).startsWith("aborted");
            }
        }
        return verdicts;
    }

    private Connection opened() throws SQLException {
        Connection connection = db.connection();
        connections.add(connection);
        try (Statement settings = connection.createStatement()) {
            settings.execute(AS_A_WORKER);
        }
        return connection;
    }

    private static long operation(String name, String onCrash, int retries) {
        return db.number(
                "insert into rework.operation (domain, name, on_crash, retries, timeout_ms, grace_ms, backoff_ms,"
                        + " max_backoff_ms) values ('d', ?, ?, ?, 1000, 7, 0, 0) returning id",
                name,
                onCrash,
                retries);
    }

    private static long worker() {
        return db.number("insert into rework.worker (host, domain, tag, lease, state)"
                + " values ('h1', 'd', gen_random_uuid(), now(), 'busy') returning id");
    }
}
