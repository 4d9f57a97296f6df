package dev.rework.internal.db;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.postgresql.PGConnection;

class TaskQueueTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    private long operation;
    private long me;
    private Connection connection;
    private TaskQueue queue;

    @BeforeEach
    void aQueueOfItsOwn() throws SQLException {
        operation = db.number(
                "insert into rework.operation (domain, name) values ('d', gen_random_uuid()::text)" + " returning id");
        me = worker();
        connection = db.connection(TestDatabase.Part.MONITOR);
        queue = new TaskQueue(connection, me);
    }

    @AfterEach
    void close() throws SQLException {
        connection.close();
    }

    @Test
    void claimsInTheOrderOfPriorityThenTimeThenId() throws SQLException {
        long late = task("run_at = clock_timestamp()");
        long first = task("rank = -5");
        long early = task("run_at = clock_timestamp() - interval '1 hour'");
        assertThat(ids(claim(10))).containsExactly(first, early, late);
        assertThat(state(first)).isEqualTo("claimed");
        assertThat(db.number("select attempt::bigint from rework.task where id = ?", first))
                .isEqualTo(1);
    }

    @Test
    void claimsNoMoreThanAsked() throws SQLException {
        tasks(10);
        assertThat(claim(3)).hasSize(3);
        assertThat(db.number("select count(*) from rework.task where operation = ? and state = 'claimed'", operation))
                .isEqualTo(3);
        assertThat(holding()).hasSize(3);
    }

    /** "limit" within "in (select …)" is one limit for each row under some plans. */
    @Test
    void claimsNoMoreThanAskedWhateverThePlan() throws SQLException {
        List<String> ways = List.of("hashjoin", "mergejoin", "material", "memoize", "hashagg", "sort");
        try (Statement set = connection.createStatement()) {
            set.execute("set plan_cache_mode = force_custom_plan");
            for (int off = 0; off < 1 << ways.size(); off++) {
                for (int way = 0; way < ways.size(); way++) {
                    set.execute("set enable_" + ways.get(way) + (((off >> way) & 1) == 0 ? " = on" : " = off"));
                }
                tasks(20);
                assertThat(claim(2))
                        .as("ways off: " + Integer.toBinaryString(off))
                        .hasSize(2);
                db.update("delete from rework.task where operation = ?", operation);
            }
        }
    }

    @Test
    void headsAreOfTheirOwnHostAlone() throws SQLException {
        task("host = 'h2'");
        assertThat(heads()).isEmpty();
    }

    @Test
    @DisplayName("W18 a task for another host is not claimed")
    void claimSkipsTasksOfAnotherHostAndOperation() throws SQLException {
        task("host = 'elsewhere'");
        long other = db.number(
                "insert into rework.operation (domain, name) values ('d', gen_random_uuid()::text)" + " returning id");
        task("operation = " + other);
        assertThat(claim(10)).isEmpty();
    }

    @Test
    void claimSkipsWhatIsScheduledForLater() throws SQLException {
        task("state = 'scheduled', run_at = clock_timestamp() + interval '1 hour'");
        assertThat(claim(10)).isEmpty();
        assertThat(heads()).isEmpty();
    }

    @Test
    void headsAreTheBestOfEachLaneBestFirst() throws SQLException {
        task("run_at = clock_timestamp()");
        long mine = task("host = 'h1', rank = -1");
        long any = task("run_at = clock_timestamp() - interval '1 minute'");
        assertThat(heads().stream().map(head -> head.place().id())).containsExactly(mine, any);
    }

    @Test
    void aPlaceLeavesOutWhatComesBefore() throws SQLException {
        List<Long> ids = tasks(5);
        List<Claim> two = claim(2);
        Place watermark = two.get(1).place();
        db.update("update rework.task set state = 'queued', worker = null where id = ?", ids.get(0));
        Ask ask = new Ask(new Lane(operation, ""), watermark, 10);
        assertThat(ids(queue.turn(List.of(), ask, false).claims())).containsExactlyElementsOf(ids.subList(2, 5));
        assertThat(heads().get(0).place().id()).isEqualTo(ids.get(0));
    }

    @Test
    void untouchedLeavesOutWhatOthersHaveLockedNowOrEver() throws SQLException {
        List<Long> ids = tasks(3);
        Lane lane = new Lane(operation, "");
        try (Connection other = db.connection();
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("select from rework.task where id = " + ids.get(0) + " for update");
            other.rollback();
        }
        List<Claim> untouched = queue.turn(List.of(), new Ask(lane, Place.FIRST, 10, true), false)
                .claims();
        assertThat(ids(untouched)).containsExactly(ids.get(1), ids.get(2));
        assertThat(ids(claim(10))).containsExactly(ids.get(0));
    }

    @Test
    @DisplayName("W14 output, error, state and stamps are settled in one statement")
    void settlesAndClaimsInOneTurn() throws SQLException {
        List<Long> ids = tasks(4);
        List<Claim> first = claim(2);
        Turn turn = queue.turn(
                List.of(done(first.get(0), "{\"a\": 1.50}"), failed(first.get(1), "trace")),
                new Ask(new Lane(operation, ""), Place.FIRST, 10),
                true);
        assertThat(turn.settled()).containsExactlyInAnyOrder(ids.get(0), ids.get(1));
        assertThat(ids(turn.claims())).containsExactly(ids.get(2), ids.get(3));
        assertThat(one("output::text", ids.get(0))).isEqualTo("{\"a\": 1.50}");
        assertThat(state(ids.get(0))).isEqualTo("done");
        assertThat(state(ids.get(1))).isEqualTo("failed");
        assertThat(one("error", ids.get(1))).isEqualTo("trace");
        assertThat(one("cause", ids.get(1))).isEqualTo("error");
        assertThat(one("(started <= finished)::text", ids.get(0))).isEqualTo("true");
        assertThat(db.number("select runs from rework.worker where id = ?", me)).isEqualTo(2);
        assertThat(one("(select state from rework.worker where id = task.worker)", ids.get(0)))
                .isEqualTo("busy");
    }

    @Test
    void whoSettlesTheLastAndClaimsNothingIsIdle() throws SQLException {
        List<Long> ids = tasks(2);
        List<Claim> both = claim(2);
        queue.turn(List.of(done(both.get(0), null)), null, false);
        assertThat(workerSays()).isEqualTo("busy {" + ids.get(0) + "," + ids.get(1) + "}");
        queue.rest(List.of(done(both.get(1), null)), false);
        assertThat(workerSays()).isEqualTo("idle {}");
        assertThat(state(ids.get(1))).isEqualTo("done");
    }

    private String workerSays() {
        return db.one(String.class, "select state || ' ' || holding::text from rework.worker where id = ?", me);
    }

    @Test
    void keepsRawOutputsAndNamesBesideEachOther() throws SQLException {
        tasks(3);
        List<Claim> claims = claim(3);
        Outcome raw = new Outcome(claims.get(1).id(), 1, true, null, new byte[] {0, 1, -1}, null, null, 0, 0, 7, 8, -1);
        queue.turn(List.of(done(claims.get(0), "1"), raw, done(claims.get(2), "\"x\"")), null, false);
        assertThat(one("encode(raw_output, 'hex')", claims.get(1).id())).isEqualTo("0001ff");
        assertThat(one("output::text", claims.get(2).id())).isEqualTo("\"x\"");
        assertThat(one("cpu_ms || ' ' || peak_mb", claims.get(1).id())).isEqualTo("7 8");
    }

    @Test
    @Tag("fault-44")
    void anOutcomeOfAnotherAttemptOrWorkerDoesNotCount() throws SQLException {
        tasks(2);
        List<Claim> claims = claim(2);
        long stranger = worker();
        db.update(
                "update rework.task set attempt = 2 where id = ?", claims.get(0).id());
        db.update(
                "update rework.task set worker = ? where id = ?",
                stranger,
                claims.get(1).id());
        List<Outcome> outcomes = List.of(done(claims.get(0), null), done(claims.get(1), null));
        assertThat(queue.turn(outcomes, null, false).settled()).isEmpty();
        assertThat(queue.readBack(outcomes).values()).containsOnly(Verdict.FENCED);
        assertThat(state(claims.get(0).id())).isEqualTo("claimed");
    }

    @Test
    void aFailureOfAnotherAttemptOrWorkerDoesNotCount() throws SQLException {
        tasks(2);
        List<Claim> claims = claim(2);
        long stranger = worker();
        db.update(
                "update rework.task set attempt = 2 where id = ?", claims.get(0).id());
        db.update(
                "update rework.task set worker = ? where id = ?",
                stranger,
                claims.get(1).id());
        List<Outcome> outcomes = List.of(again(claims.get(0)), again(claims.get(1)));
        assertThat(queue.turn(outcomes, null, false).settled()).isEmpty();
        assertThat(queue.readBack(outcomes).values()).containsOnly(Verdict.FENCED);
        assertThat(state(claims.get(0).id())).isEqualTo("claimed");
        assertThat(state(claims.get(1).id())).isEqualTo("claimed");
    }

    @Test
    void anOutcomeAfterTheVerdictDoesNotCount() throws SQLException {
        long id = tasks(1).get(0);
        Claim claim = claim(1).get(0);
        lost(id);
        assertThat(queue.turn(List.of(done(claim, "1")), null, false).settled()).isEmpty();
        assertThat(one("state || ' ' || cause || coalesce(output::text, '')", id))
                .isEqualTo("failed lost");
    }

    @Test
    void aFailureAfterTheVerdictDoesNotCount() throws SQLException {
        long id = tasks(1).get(0);
        Claim claim = claim(1).get(0);
        lost(id);
        assertThat(queue.turn(List.of(again(claim)), null, false).settled()).isEmpty();
        assertThat(one("state || ' ' || cause || coalesce(error, '')", id)).isEqualTo("failed lost");
    }

    private static void lost(long id) {
        db.update(
                "update rework.task set state = 'failed', cause = 'lost', finished = clock_timestamp() where id = ?",
                id);
    }

    @Test
    @Tag("fault-24")
    void aSecondSettlingIsKnownAsALostAnswer() throws SQLException {
        tasks(2);
        List<Claim> claims = claim(2);
        db.update("update rework.operation set retries = 1 where id = ?", operation);
        Outcome again = new Outcome(claims.get(1).id(), 1, false, null, null, "e", "r", 0, 0, 0, 0, 0);
        List<Outcome> outcomes = List.of(done(claims.get(0), null), again);
        assertThat(queue.turn(outcomes, null, false).settled()).hasSize(2);
        assertThat(queue.turn(outcomes, null, false).settled()).isEmpty();
        assertThat(queue.readBack(outcomes).values()).containsOnly(Verdict.SETTLED);
    }

    @Test
    void aTaskStillHeldIsSaidToBe() throws SQLException {
        tasks(1);
        List<Outcome> outcomes = List.of(done(claim(1).get(0), null));
        assertThat(queue.readBack(outcomes).values()).containsOnly(Verdict.HELD);
    }

    @Test
    void aFailureWithRetriesLeftIsScheduledAgainAndRemembered() throws SQLException {
        long id = tasks(1).get(0);
        Claim claim = claim(1).get(0);
        queue.running(id, 1, System.nanoTime());
        queue.turn(List.of(new Outcome(id, 1, false, "1", null, "trace", "why", 0, 0, 3, 4, 60_000)), null, false);
        assertThat(state(id)).isEqualTo("scheduled");
        assertThat(one("(run_at > clock_timestamp() + interval '30 s')::text", id))
                .isEqualTo("true");
        assertThat(one(
                        "coalesce(worker::text, started::text, finished::text, cause, reason, error, output::text, '-')",
                        id))
                .isEqualTo("-");
        assertThat(claim.attempt()).isEqualTo(1);
        assertThat(one("attempt::text", id)).isEqualTo("1");
        assertThat(db.one(
                        String.class,
                        "select cause || ' ' || reason || ' ' || error || ' ' || (started is not null) || worker"
                                + " from rework.attempt where task = ? and attempt = 1",
                        id))
                .isEqualTo("error why trace true" + me);
    }

    @Test
    void aFailureAfterAnAbortIsAborted() throws SQLException {
        long id = tasks(1).get(0);
        Claim claim = claim(1).get(0);
        abort(id, "abort");
        queue.turn(List.of(new Outcome(id, 1, false, null, null, "e", "r", 0, 0, 0, 0, 0)), null, false);
        assertThat(one("state || ' ' || cause || ' ' || reason || ' ' || error", id))
                .isEqualTo("aborted abort because e");
        assertThat(claim.id()).isEqualTo(id);
    }

    @Test
    void aFailureAfterATimeoutUsesRetries() throws SQLException {
        long id = tasks(1).get(0);
        claim(1);
        abort(id, "timeout");
        queue.turn(List.of(new Outcome(id, 1, false, null, null, "e", "r", 0, 0, 0, 0, 0)), null, false);
        assertThat(state(id)).isEqualTo("queued");
        assertThat(db.one(String.class, "select cause from rework.attempt where task = ?", id))
                .isEqualTo("timeout");
    }

    @Test
    @Tag("fault-44")
    void aTaskThatIsDoneInSpiteOfAnAbortIsDone() throws SQLException {
        long id = tasks(1).get(0);
        Claim claim = claim(1).get(0);
        abort(id, "abort");
        queue.turn(List.of(done(claim, null)), null, false);
        assertThat(one("state || coalesce(cause, '') || coalesce(reason, '')", id))
                .isEqualTo("done");
    }

    @Test
    void saysThatATaskRunsSinceItBegan() throws SQLException {
        long id = tasks(1).get(0);
        claim(1);
        assertThat(queue.running(id, 1, System.nanoTime() - 2_000_000_000L)).isTrue();
        assertThat(one("state || ' ' || (clock_timestamp() - started >= interval '2 s')", id))
                .isEqualTo("running true");
        assertThat(queue.running(id, 1, System.nanoTime())).isFalse();
        assertThat(queue.running(id, 2, System.nanoTime())).isFalse();
    }

    @Test
    void givesBackUnchargedAndCancelsWhatWasToBeAborted() throws SQLException {
        List<Long> ids = tasks(3);
        List<Claim> claims = claim(3);
        abort(ids.get(1), "abort");
        queue.turn(List.of(done(claims.get(2), null)), null, false);
        assertThat(queue.giveBack(claims, "d")).isEqualTo(2);
        assertThat(one("state || attempt || coalesce(worker::text, '-')", ids.get(0)))
                .isEqualTo("queued0-");
        assertThat(one("state || ' ' || cause || attempt", ids.get(1))).isEqualTo("aborted cancelled0");
        assertThat(state(ids.get(2))).isEqualTo("done");
    }

    @Test
    @Tag("fault-23")
    void findsClaimsWhoseAnswerWasLost() throws SQLException {
        List<Long> ids = tasks(3);
        claim(3);
        List<Claim> strays = queue.strays(Set.of(ids.get(1)));
        assertThat(ids(strays)).containsExactlyInAnyOrder(ids.get(0), ids.get(2));
        assertThat(queue.giveBack(strays, "d")).isEqualTo(2);
        assertThat(queue.strays(Set.of())).hasSize(1);
    }

    @Test
    @Tag("fault-23")
    void anEarlierSessionClaimsSettlesAndGivesBackNothing() throws SQLException {
        tasks(3);
        List<Claim> claims = claim(2);
        List<Outcome> outcomes = List.of(done(claims.get(0), null));
        db.update("update rework.worker set session = 1 where id = ?", me);
        assertThat(queue.giveBack(claims, "d")).isZero();
        assertThat(queue.turn(outcomes, null, false).settled()).isEmpty();
        assertThat(queue.turn(List.of(again(claims.get(0))), null, false).settled())
                .isEmpty();
        assertThat(claim(1)).isEmpty();
        assertThat(queue.find(List.of(new Lane(operation, "")), new int[] {1})).isNull();

        TaskQueue next = new TaskQueue(connection, me, 1);
        assertThat(next.turn(outcomes, null, false).settled()).hasSize(1);
        assertThat(next.giveBack(claims, "d")).isEqualTo(1);
        assertThat(next.find(List.of(new Lane(operation, "")), new int[] {1})).isNotNull();
    }

    @Test
    @Tag("fault-29")
    void aWorkerDeclaredDeadSettlesAndClaimsNothing() throws SQLException {
        tasks(2);
        List<Claim> claims = claim(1);
        db.update("update rework.worker set state = 'dead', finished = now(), deathinfo = 'x' where id = ?", me);
        Turn turn =
                queue.turn(List.of(done(claims.get(0), null)), new Ask(new Lane(operation, ""), Place.FIRST, 5), true);
        assertThat(turn.alive()).isFalse();
        assertThat(turn.settled()).isEmpty();
        assertThat(turn.claims()).isEmpty();
        assertThat(state(claims.get(0).id())).isEqualTo("claimed");
    }

    @Test
    void aDeathThatIsBeingDecidedIsWaitedFor() throws Exception {
        long id = tasks(1).get(0);
        ExecutorService claimer = Executors.newSingleThreadExecutor();
        try (Connection decides = db.connection(TestDatabase.Part.MONITOR);
                Statement decide = decides.createStatement()) {
            decides.setAutoCommit(false);
            decide.execute(
                    "update rework.worker set state = 'dead', finished = now(), deathinfo = 'x' where id = " + me);
            Future<Turn> turn = claimer.submit(
                    () -> queue.turn(List.of(), new Ask(new Lane(operation, ""), Place.FIRST, 5), false));
            Eventually.isTrue(
                    "it waits",
                    () -> db.number("select count(*) from pg_stat_activity where datname = current_database()"
                                    + " and wait_event_type = 'Lock'")
                            == 1);
            decides.commit();
            assertThat(turn.get().alive()).isFalse();
            assertThat(turn.get().claims()).isEmpty();
        } finally {
            claimer.shutdown();
        }
        assertThat(state(id)).isEqualTo("queued");
    }

    @Test
    @Tag("fault-13")
    void longInputsAreReadApart() throws SQLException {
        long id = task("input = to_json((select string_agg(md5(g::text), '') from generate_series(1, 3000) g))");
        Claim claim = claim(1).get(0);
        assertThat(claim.large()).isTrue();
        assertThat(claim.input()).isNull();
        Claim whole = queue.inputs(claim);
        assertThat(whole.input()).hasSize(96_002);
        assertThat(whole.large()).isFalse();
        db.update("update rework.task set worker = ? where id = ?", worker(), id);
        assertThat(queue.inputs(claim)).isNull();
    }

    @Test
    void tellsThoseWhoWait() throws SQLException {
        tasks(2);
        List<Claim> claims = claim(2);
        try (Connection other = db.connection(TestDatabase.Part.MONITOR);
                Statement listen = other.createStatement()) {
            listen.execute("listen rework_done");
            queue.turn(List.of(done(claims.get(0), null)), null, false);
            assertThat(other.unwrap(PGConnection.class).getNotifications(200)).isNullOrEmpty();
            queue.turn(List.of(done(claims.get(1), null)), null, true);
            Eventually.isTrue("told", () -> other.unwrap(PGConnection.class).getNotifications(100).length > 0);
        }
    }

    @Test
    void fourHundredTasksAreClaimedOnceEachByFourClaimers() throws Exception {
        Set<Long> all = new HashSet<>(tasks(400));
        ExecutorService claimers = Executors.newFixedThreadPool(4);
        List<Future<List<Long>>> taken = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            taken.add(claimers.submit(this::claimAll));
        }
        List<Long> ids = new ArrayList<>();
        for (Future<List<Long>> future : taken) {
            ids.addAll(future.get());
        }
        claimers.shutdown();
        assertThat(ids).hasSize(400);
        assertThat(new HashSet<>(ids)).isEqualTo(all);
        assertThat(db.number("select count(*) from rework.task where operation = ? and attempt = 1", operation))
                .isEqualTo(400);
    }

    private List<Long> claimAll() throws SQLException {
        List<Long> mine = Collections.synchronizedList(new ArrayList<>());
        try (Connection own = db.connection(TestDatabase.Part.MONITOR)) {
            TaskQueue queue = new TaskQueue(own, worker());
            while (true) {
                List<Claim> claims = queue.turn(List.of(), new Ask(new Lane(operation, ""), Place.FIRST, 3), false)
                        .claims();
                if (claims.isEmpty()
                        && db.number("select count(*) from rework.task where operation = ? and ready", operation)
                                == 0) {
                    return mine;
                }
                mine.addAll(ids(claims));
            }
        }
    }

    private List<Claim> claim(int most) throws SQLException {
        Ask ask = new Ask(new Lane(operation, ""), Place.FIRST, most);
        return queue.turn(List.of(), ask, false).claims();
    }

    private List<Head> heads() throws SQLException {
        return queue.heads(
                List.of(new Lane(operation, ""), new Lane(operation, "h1")), List.of(Place.FIRST, Place.FIRST));
    }

    private static Outcome done(Claim claim, String output) {
        long now = System.nanoTime();
        return new Outcome(claim.id(), claim.attempt(), true, output, null, null, null, now - 5_000_000, now, 0, 0, -1);
    }

    private static Outcome again(Claim claim) {
        return new Outcome(claim.id(), claim.attempt(), false, null, null, "e", "r", 0, 0, 0, 0, 0);
    }

    private static Outcome failed(Claim claim, String error) {
        return new Outcome(claim.id(), claim.attempt(), false, null, null, error, "why", 0, 0, 0, 0, -1);
    }

    private static List<Long> ids(List<Claim> claims) {
        return claims.stream().map(Claim::id).toList();
    }

    private List<Long> holding() {
        return LongStream.range(0, db.number("select cardinality(holding)::bigint from rework.worker where id = ?", me))
                .boxed()
                .toList();
    }

    private long task(String columns) {
        long id = tasks(1).get(0);
        db.update("update rework.task set " + columns + " where id = ?", id);
        return id;
    }

    private List<Long> tasks(int n) {
        String ids = db.one(String.class, """
                with made as (insert into rework.task (operation, state)
                              select ?, 'queued' from generate_series(1, ?) returning id)
                select string_agg(id::text, ',' order by id) from made
                """, operation, n);
        return Stream.of(ids.split(",")).map(Long::valueOf).toList();
    }

    private void abort(long id, String cause) {
        db.update("update rework.task set state = 'aborting', cause = ?, reason = 'because' where id = ?", cause, id);
    }

    private static long worker() {
        return db.number("insert into rework.worker (host, domain, tag, lease)"
                + " values ('h1', 'd', gen_random_uuid(), now()) returning id");
    }

    private static String state(long id) {
        return one("state", id);
    }

    private static String one(String expression, long id) {
        return db.one(String.class, "select " + expression + " from rework.task where id = ?", id);
    }
}
