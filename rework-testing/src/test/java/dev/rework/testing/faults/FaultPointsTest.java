package dev.rework.testing.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Cause;
import dev.rework.Missed;
import dev.rework.Plan;
import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.FaultPoint;
import dev.rework.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Workers and monitors that die, or wait, at a {@link FaultPoint}: exactly between two steps. */
@Tag("slow")
class FaultPointsTest {

    private static final Duration PATIENCE = Duration.ofMinutes(1);

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    Path folder;

    private final List<MonitorProcess> monitors = new ArrayList<>();
    private MonitorProcess.Seat seat;
    private Path reached;
    private Beside beside;

    @BeforeEach
    void aHostOfItsOwn(TestInfo test) {
        db.execute("truncate rework.task, rework.plan cascade");
        String host = "host" + Math.abs(test.getDisplayName().hashCode() % 100_000);
        seat = Beside.seat(db.url(), host, 1, folder);
        reached = folder.resolve("reached").toAbsolutePath();
    }

    @AfterEach
    void end() throws Exception {
        beside.close();
        for (MonitorProcess monitor : monitors) {
            List<ProcessHandle> workers = monitor.handle().descendants().toList();
            monitor.handle().destroy();
            monitor.handle().onExit().orTimeout(60, TimeUnit.SECONDS).join();
            workers.forEach(ProcessHandle::destroyForcibly);
        }
    }

    private static MonitorProcess.Way at(String point, String deed, Path file) {
        return new MonitorProcess.Way(
                List.of(),
                Map.of(FaultPoint.VARIABLE, point + ":" + deed + ":" + file, "REWORK_ARCHIVE", "off"),
                MonitorProcess.Way.PLAIN.classpath());
    }

    private Beside killedAt(String point) throws Exception {
        beside = new Beside(db.url(), seat, at(point, "kill", reached), folder);
        return beside;
    }

    private void monitor(MonitorProcess.Way way) throws Exception {
        monitors.add(MonitorProcess.start(seat, way));
    }

    private static void died(MonitorProcess monitor) {
        monitor.handle().onExit().orTimeout(60, TimeUnit.SECONDS).join();
    }

    private void worksOn() {
        assertThat(beside.scheduleHere("held", "").join(PATIENCE).state())
                .as(beside.said())
                .isEqualTo(TaskState.DONE);
    }

    @Test
    @Tag("fault-23")
    void aWorkerKilledAfterItsClaimHasBegunNothing() throws Exception {
        Task<?> task = killedAt("worker.claimed").scheduleHere("held", "").join(PATIENCE);
        assertThat(reached).exists();
        assertThat(task.state()).as(beside.said()).isEqualTo(TaskState.DONE);
        assertThat(task.snapshot().attempt()).isEqualTo(1);
        assertThat(beside.begun(task.id())).isEqualTo(1);
    }

    @Test
    @Tag("fault-1")
    void aWorkerKilledWhenItHasJustBegunFailsThatTaskAlone() throws Exception {
        Task<?> task = killedAt("worker.begun").scheduleHere("held", "").join(PATIENCE);
        assertThat(reached).exists();
        assertThat(task.state()).as(beside.said()).isEqualTo(TaskState.FAILED);
        assertThat(task.cause()).isEqualTo(Cause.CRASH);
        assertThat(beside.begun(task.id())).isZero();
        worksOn();
    }

    @Test
    @Tag("fault-1")
    void aWorkerKilledBeforeItsOutcomeIsSettledHasCrashed() throws Exception {
        Task<?> task = killedAt("worker.finished").scheduleHere("held", "").join(PATIENCE);
        assertThat(reached).exists();
        assertThat(task.state()).as(beside.said()).isEqualTo(TaskState.FAILED);
        assertThat(task.cause()).isEqualTo(Cause.CRASH);
        assertThat(beside.begun(task.id())).isEqualTo(1);
        worksOn();
    }

    @Test
    @Tag("fault-24")
    void aWorkerKilledAfterTheCommitOfItsOutcomeIsDone() throws Exception {
        Task<?> task = killedAt("worker.settled").scheduleHere("held", "").join(PATIENCE);
        Eventually.isTrue("it came there", () -> Files.exists(reached));
        worksOn();
        assertThat(task.state()).isEqualTo(TaskState.DONE);
        assertThat(task.snapshot().attempt()).isEqualTo(1);
        assertThat(beside.begun(task.id())).isEqualTo(1);
    }

    @Test
    @Tag("fault-5")
    void anAbortThatComesWhileATaskBeginsEndsItAndNoOther() throws Exception {
        beside = new Beside(db.url(), seat, at("worker.begun", "wait", reached), folder);
        Task<?> task = beside.scheduleHere("held", "never");
        Eventually.isTrue("it came there", () -> Files.exists(reached));
        task.abort("just now");
        Files.delete(reached);
        assertThat(task.join(PATIENCE).state()).as(beside.said()).isEqualTo(TaskState.ABORTED);
        Files.createFile(reached);
        worksOn();
    }

    @Test
    @Tag("fault-15")
    void aMonitorKilledBeforeItsVerdictLeavesItToTheNext() throws Exception {
        Task<?> task = killedAt("monitor.before-verdict").scheduleHere("held", "never");
        beside.awaitBegin(task.id());
        long pid = db.number(
                "select pid from rework.worker where id = (select worker from rework.task where id = ?)", task.id());
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
        died(beside.monitor);
        assertThat(reached).exists();
        assertThat(db.number("select count(*) from rework.task where id = ? and finished is null", task.id()))
                .as("nobody has decided yet")
                .isOne();
        monitor(MonitorProcess.Way.PLAIN);
        assertThat(task.join(PATIENCE).state()).as(beside.said()).isEqualTo(TaskState.FAILED);
        assertThat(task.cause()).isEqualTo(Cause.CRASH);
        worksOn();
        assertThat(beside.begun(task.id())).isEqualTo(1);
    }

    @Test
    @Tag("fault-15")
    void aMonitorKilledWhileItAdoptsLeavesTheWorkerToTheNext() throws Exception {
        beside = new Beside(db.url(), seat, MonitorProcess.Way.PLAIN, folder);
        Task<?> task = beside.scheduleHere("held", "through");
        beside.awaitBegin(task.id());
        beside.monitor.handle().destroyForcibly();
        died(beside.monitor);
        monitor(at("monitor.adopted", "kill", reached));
        died(monitors.get(0));
        assertThat(reached).exists();
        monitor(MonitorProcess.Way.PLAIN);
        Eventually.isTrue(
                "the next one adopts it",
                () -> db.number(
                                "select count(*) from rework.worker w join rework.monitor m on m.id = w.monitor"
                                        + " where w.finished is null and m.ended is null and m.pid = ?",
                                (int) monitors.get(1).handle().pid())
                        == 1);
        beside.release("through");
        assertThat(task.join(PATIENCE).state()).as(beside.said()).isEqualTo(TaskState.DONE);
        assertThat(beside.begun(task.id())).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"monitor.plan-decided", "monitor.plan-fired"})
    @Tag("fault-41")
    void aMonitorKilledWhileItFiresMissesAndDoublesNothing(String point) throws Exception {
        killedAt(point);
        Plan plan = beside.rework
                .prepare("held", "* * * * * *")
                .domain(StormOperations.DOMAIN)
                .host(seat.host())
                .missed(Missed.ALL)
                .input(new HeldOperations.Hold(beside.witnessed.toString(), ""))
                .save();
        died(beside.monitor);
        assertThat(reached).exists();
        monitor(MonitorProcess.Way.PLAIN);
        Eventually.isTrue(
                "it fires on", () -> db.number("select count(*) from rework.task where plan = ?", plan.id()) >= 5);
        assertThat(db.number(
                        "select count(*) from (select fire_at - lag(fire_at) over (order by fire_at) as step"
                                + " from rework.task where plan = ?) x where step <> interval '1 second'",
                        plan.id()))
                .as("instants missed or doubled")
                .isZero();
    }
}
