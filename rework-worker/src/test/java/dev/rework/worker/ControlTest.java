package dev.rework.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.TaskContext;
import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.Control;
import dev.rework.internal.Frame;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class ControlTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @Test
    void aTaskThatLastsIsSaidToRun() throws IOException {
        House house = new House(db, "running").operation("sleep", "timeout_ms = 5000, grace_ms = 7", int.class);
        long task = house.task("sleep", "60000");
        try (ChildWorker worker = house.start()) {
            Eventually.isTrue("running", () -> house.state(task).equals("running"));
            assertThat(house.row(task).get("started")).isNotNull();
            assertThat(worker.texts(Frame.Type.BEGIN)).containsExactly(task + "\t1\t5000\t7");
            assertThat(db.one(String.class, "select state from rework.worker where id = ?", worker.id()))
                    .isEqualTo("busy");
            assertThat(db.number("select holding[1] from rework.worker where id = ?", worker.id()))
                    .isEqualTo(task);
        }
    }

    @Test
    void whatWaitsBehindASlowTaskIsGivenBackAndWhatEndedBeforeItIsSettled() throws IOException {
        House house = new House(db, "slow").operation("slowThird", int.class);
        try (ChildWorker worker = house.start()) {
            warmUp(house, worker, "slowThird");
            List<Long> tasks = List.of(
                    house.task("slowThird", "1"),
                    house.task("slowThird", "2"),
                    house.task("slowThird", "3"),
                    house.task("slowThird", "4"),
                    house.task("slowThird", "5"));
            worker.say(new Control.Wake());
            Eventually.isTrue("the third runs", () -> house.state(tasks.get(2)).equals("running"));
            Eventually.isTrue(
                    "the first two are done",
                    () -> house.state(tasks.get(0)).equals("done")
                            && house.state(tasks.get(1)).equals("done"));
            Eventually.isTrue(
                    "the last two are queued",
                    () -> house.state(tasks.get(3)).equals("queued")
                            && house.state(tasks.get(4)).equals("queued"));
            assertThat(house.row(tasks.get(4))).containsEntry("attempt", "0").containsEntry("worker", null);
        }
    }

    /** Enough of them that the worker learns to take many at once. */
    private static void warmUp(House house, ChildWorker worker, String operation) {
        house.tasks(operation, "0", 300);
        worker.say(new Control.Wake());
        Eventually.isTrue("warm", () -> db.number("select runs from rework.worker where id = ?", worker.id()) >= 300);
    }

    /** Its settling saw it running and found it aborting: refused, read back as still held, and settled as it is now. */
    @Test
    void anAbortWhileAFailureIsSettledIsReadBack(@TempDir Path folder) throws Exception {
        House house = new House(db, "moved").operation("failWhenThere", "retries = 1", String.class);
        Path file = folder.resolve("fail");
        long task = house.task("failWhenThere", "\"" + file + "\"");
        try (ChildWorker worker = house.start();
                Connection aborts = db.connection();
                Statement abort = aborts.createStatement()) {
            Eventually.isTrue("running", () -> house.state(task).equals("running"));
            aborts.setAutoCommit(false);
            abort.execute("update rework.task set state = 'aborting', cause = 'abort' where id = " + task);
            Files.writeString(file, "");
            Eventually.isTrue(
                    "its settling waits",
                    () -> db.number("select count(*) from pg_stat_activity where datname = current_database()"
                                    + " and wait_event_type = 'Lock'")
                            == 1);
            aborts.commit();
            Eventually.isTrue(
                    "idle",
                    () -> "idle {}"
                            .equals(db.one(
                                    String.class,
                                    "select state || ' ' || holding::text from rework.worker where id = ?",
                                    worker.id())));
            Eventually.isTrue("aborted", () -> house.state(task).equals("aborted"));
            assertThat(house.row(task)).containsEntry("cause", "abort");
        }
    }

    @Test
    void aDropIsAnsweredByWhatIsTrue() throws IOException {
        House house = new House(db, "drop").operation("sleep", int.class);
        long task = house.task("sleep", "60000");
        try (ChildWorker worker = house.start()) {
            worker.await(Frame.Type.BEGIN, text -> true);
            worker.say(new Control.Drop(task, 1));
            worker.say(new Control.Drop(task, 2));
            worker.say(new Control.Drop(task + 1, 1));
            worker.await(Frame.Type.BEGUN, (task + "\t1")::equals);
            worker.await(Frame.Type.GONE, (task + "\t2")::equals);
            worker.await(Frame.Type.GONE, (task + 1 + "\t1")::equals);
        }
    }

    @Test
    void anInterruptReachesTheAttemptItNamesAlone() throws IOException {
        House house = new House(db, "interrupt").operation("interrupted").operation("hello");
        long task = house.task("interrupted", null);
        try (ChildWorker worker = house.start()) {
            Eventually.isTrue("running", () -> house.state(task).equals("running"));
            worker.say(new Control.Interrupt(task, 2));
            worker.say(new Control.Interrupt(task + 1, 1));
            worker.say(new Control.Dump(7));
            worker.await(Frame.Type.DUMP, text -> text.startsWith("7\t"));
            assertThat(worker.printed()).containsExactly("waiting");
            db.update(
                    "update rework.task set state = 'aborting', cause = 'abort', reason = 'by hand' where id = ?",
                    task);
            worker.say(new Control.Interrupt(task, 1));
            Eventually.isTrue("aborted", () -> house.state(task).equals("aborted"));
            assertThat(house.row(task)).containsEntry("cause", "abort").containsEntry("reason", "by hand");
            long next = house.task("hello", null);
            worker.say(new Control.Wake());
            Eventually.isTrue("the next is unharmed", () -> house.state(next).equals("done"));
        }
    }

    @Test
    void aBusyLoopSeesThatItIsToEnd() throws IOException {
        House house = new House(db, "spin").operation("spin", TaskContext.class);
        long task = house.task("spin", null);
        try (ChildWorker worker = house.start()) {
            worker.await(Frame.Type.BEGIN, text -> true);
            worker.say(new Control.Interrupt(task, 1));
            Eventually.isTrue("done", () -> house.state(task).equals("done"));
        }
    }

    @Test
    void releaseGivesBackTheUnbegunAndBeginsNothingMore() throws IOException {
        House house = new House(db, "release").operation("sleep", int.class).operation("nothing");
        long task = house.task("sleep", "60000");
        try (ChildWorker worker = house.start()) {
            worker.await(Frame.Type.BEGIN, text -> true);
            worker.say(new Control.Release());
            worker.await(Frame.Type.RELEASED, text -> true);
            worker.say(new Control.Interrupt(task, 1));
            worker.exit();
            assertThat(house.state(task)).isEqualTo("failed");
        }
    }

    @Test
    void anEndDumpsAndReleasesForTheAttemptItNamesAlone() throws IOException {
        House house = new House(db, "end").operation("interrupted");
        long task = house.task("interrupted", null);
        try (ChildWorker worker = house.start()) {
            Eventually.isTrue("waiting", () -> worker.printed().contains("waiting"));
            worker.say(new Control.End(task, 2, 1, true));
            worker.await(Frame.Type.GONE, (task + "\t2")::equals);
            worker.say(new Control.End(task, 1, 2, true));
            worker.await(Frame.Type.BEGUN, (task + "\t1")::equals);
            worker.await(Frame.Type.RELEASED, text -> true);
            assertThat(worker.texts(Frame.Type.DUMP)).allMatch(text -> text.startsWith("2\t"));
            assertThat(String.join("", worker.texts(Frame.Type.DUMP))).contains("Operations.interrupted", "\"main\" #");
        }
    }

    @Test
    void sendsAThreadDumpThatNamesWhatItWaitsFor() throws IOException {
        House house = new House(db, "dump").operation("interrupted");
        house.task("interrupted", null);
        try (ChildWorker worker = house.start()) {
            Eventually.isTrue("waiting", () -> worker.printed().contains("waiting"));
            worker.say(new Control.Dump(42));
            worker.await(Frame.Type.DUMP, text -> text.startsWith("42\t1\t"));
            String dump = String.join(
                    "",
                    worker.texts(Frame.Type.DUMP).stream()
                            .map(text -> text.substring(5))
                            .toList());
            assertThat(dump)
                    .contains("Operations.interrupted")
                    .contains("\"main\"")
                    .contains("WAITING");
        }
    }

    @Test
    void stopWaitsForTheTaskInHand() throws IOException {
        House house = new House(db, "stop").operation("sleep", int.class);
        long task = house.task("sleep", "1000");
        long other = house.task("sleep", "1000");
        try (ChildWorker worker = house.start()) {
            worker.await(Frame.Type.BEGIN, text -> true);
            worker.say(new Control.Stop("explicit shutdown"));
            assertThat(worker.exit()).isZero();
            assertThat(house.state(task)).isEqualTo("done");
            assertThat(house.state(other)).isEqualTo("queued");
            assertThat(worker.texts(Frame.Type.BYE)).containsExactly("explicit shutdown");
            assertThat(db.one(
                            String.class,
                            "select state || ' ' || deathinfo from rework.worker where id = ?",
                            worker.id()))
                    .isEqualTo("stopping explicit shutdown");
        }
    }

    @Test
    void whoIsAskedToStopWhileItStartsEndsAsAsked() throws IOException {
        House house = new House(db, "early").operation("nothing");
        long worker = house.worker();
        db.update("update rework.worker set state = 'stopping' where id = ?", worker);
        try (ChildWorker child = ChildWorker.start(house.launch(worker, 0, 0), List.of())) {
            Eventually.isTrue(
                    "it has reported in",
                    () -> db.one(Boolean.class, "select started is not null from rework.worker where id = ?", worker));
            child.say(new Control.Stop("explicit shutdown"));
            assertThat(child.exit()).isZero();
            assertThat(child.texts(Frame.Type.BYE)).containsExactly("explicit shutdown");
        }
    }

    @Test
    @DisplayName("M14 a worker ends after its runs and leaves the rest queued")
    void endsAfterItsRuns() throws IOException {
        House house = new House(db, "runs").operation("nothing");
        house.tasks("nothing", 5);
        try (ChildWorker worker = ChildWorker.start(house.launch(house.worker(), 2, 0), List.of())) {
            assertThat(worker.exit()).isZero();
            assertThat(worker.texts(Frame.Type.BYE).get(0)).contains("maxruns");
            assertThat(db.number(
                            "select count(*) from rework.task t where t.worker = ? and state = 'done'", worker.id()))
                    .isEqualTo(2);
            assertThat(db.number(
                            "select count(*) from rework.task t where operation = ? and state = 'queued'",
                            house.operationId("nothing")))
                    .isEqualTo(3);
        }
    }

    @Test
    void endsWhenItHasGrownTooLarge() throws IOException {
        House house = new House(db, "large").operation("leak", int.class);
        house.task("leak", "1");
        long second = house.task("leak", "150");
        house.task("leak", "1");
        try (ChildWorker worker = ChildWorker.start(house.launch(house.worker(), 0, 150), List.of())) {
            assertThat(worker.exit()).isZero();
            assertThat(worker.texts(Frame.Type.BYE).get(0)).contains("maxmem");
            assertThat(house.state(second)).isEqualTo("done");
            assertThat(db.number("select count(*) from rework.task where worker = ? and state = 'done'", worker.id()))
                    .isEqualTo(2);
        }
    }

    @Test
    void servesWhatIsRegisteredLaterAfterAReload() throws IOException {
        House house = new House(db, "reload").operation("nothing");
        try (ChildWorker worker = house.start()) {
            house.operation("hello");
            long task = house.task("hello", null);
            worker.say(new Control.Reload());
            Eventually.isTrue("done", () -> house.state(task).equals("done"));
            house.recompile();
            worker.say(new Control.Reload());
            assertThat(worker.exit()).isZero();
            assertThat(worker.texts(Frame.Type.BYE)).containsExactly("the class path changed");
        }
    }

    @Test
    void aTaskGetsItsContextAndMayReportProgress() throws IOException {
        House house = new House(db, "context").operation("context", TaskContext.class);
        long task = house.task("context", "{\"x\": 1}");
        db.update("update rework.task set metadata = '{\"user\": \"Joe\"}' where id = ?", task);
        try (ChildWorker worker = house.start()) {
            Eventually.isTrue("progress", () -> house.row(task).get("progress") != null);
            Eventually.isTrue("done", () -> house.state(task).equals("done"));
            assertThat(house.row(task))
                    .containsEntry("output", "\"1 {user=Joe} {x=1}\"")
                    .containsEntry("raw_output", "\\x010203")
                    .containsEntry("progress", "{\"done\":3,\"total\":3,\"message\":\"all\"}");
            assertThat(worker.handle().isAlive()).isTrue();
        }
    }

    @Test
    void aTaskThatWaitsForAnotherIsParkedAndLetsGoOfIt() throws IOException {
        House house =
                new House(db, "parent").operation("parent", TaskContext.class).operation("nothing");
        long task = house.task("parent", "\"parent\"");
        try (ChildWorker worker = house.start()) {
            worker.await(Frame.Type.PARKED, (task + "\t1")::equals);
            try (ChildWorker other = house.start()) {
                Eventually.isTrue("done", () -> house.state(task).equals("done"));
                worker.await(Frame.Type.UNPARKED, (task + "\t1")::equals);
                assertThat(house.row(task)).containsEntry("output", "\"DONE\"");
                assertThat(db.number("select count(*) from rework.task where parent = ?", task))
                        .isEqualTo(1);
                assertThat(other.texts(Frame.Type.BEGIN)).hasSize(1);
            }
        }
    }

    @Test
    @Tag("fault-15")
    void withoutAMonitorItFinishesTheTaskInHandUnderItsOwnLease() throws IOException {
        House house = new House(db, "orphan").operation("sleep", int.class);
        long task = house.task("sleep", "3000");
        long other = house.task("sleep", "1");
        try (ChildWorker worker = house.start()) {
            worker.await(Frame.Type.BEGIN, text -> true);
            db.update("update rework.worker set lease = clock_timestamp() where id = ?", worker.id());
            worker.orphan();
            Eventually.isTrue(
                    "its own lease",
                    () -> db.number(
                                    "select count(*) from rework.worker"
                                            + " where id = ? and lease > clock_timestamp() + interval '5 s'",
                                    worker.id())
                            == 1);
            assertThat(worker.exit()).isZero();
            assertThat(house.state(task)).isEqualTo("done");
            assertThat(house.state(other)).isEqualTo("queued");
            assertThat(db.one(
                            String.class,
                            "select state || ' ' || deathinfo from rework.worker where id = ?",
                            worker.id()))
                    .isEqualTo("dead its monitor went away");
        }
    }

    @Test
    @Tag("fault-7")
    void anIdleOrphanEndsAtOnceAndTakesItsChildrenAlong() throws IOException {
        House house = new House(db, "idle").operation("fork");
        long task = house.task("fork", null);
        try (ChildWorker worker = house.start()) {
            Eventually.isTrue("done", () -> house.state(task).equals("done"));
            List<ProcessHandle> children = worker.handle().descendants().toList();
            assertThat(children).isNotEmpty();
            worker.orphan();
            assertThat(worker.exit()).isZero();
            Eventually.isTrue("no child lives", () -> children.stream().noneMatch(ProcessHandle::isAlive));
        }
    }
}
