package dev.rework.testing.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Cause;
import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.FaultRow;
import dev.rework.embedded.TestDatabase;
import dev.rework.testing.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** How soon a death is decided, and work goes on. */
@Tag("slow")
class DeathTimesTest {

    private static final int KILLS = 100;
    private static final int RESTARTS = 5;

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    Path folder;

    @Test
    @Tag("fault-1")
    void aKilledWorkersTaskIsDecidedSoon() throws Exception {
        try (Beside beside =
                new Beside(db.url(), Beside.seat(db.url(), "dying", 3, folder), MonitorProcess.Way.PLAIN, folder)) {
            List<Duration> times = new ArrayList<>();
            for (int i = 0; i < KILLS; i++) {
                Task<?> task = beside.scheduleHere("held", "never");
                beside.awaitBegin(task.id());
                ProcessHandle worker = ProcessHandle.of(db.number(
                                "select pid from rework.worker where id ="
                                        + " (select worker from rework.task where id = ?)",
                                task.id()))
                        .orElseThrow();
                long since = System.nanoTime();
                worker.destroyForcibly();
                Eventually.isTrue(
                        "it is decided",
                        () -> db.number(
                                        "select count(*) from rework.task where id = ? and finished is not null",
                                        task.id())
                                == 1);
                times.add(Duration.ofNanos(System.nanoTime() - since));
                assertThat(task.cause()).isEqualTo(Cause.CRASH);
            }
            times.sort(null);
            Duration median = times.get(KILLS / 2);
            Duration worst = times.get(KILLS * 99 / 100);
            FaultRow.measured(
                    1,
                    KILLS + " kills: decided after p50 " + FaultRow.millis(median) + ", p99 " + FaultRow.millis(worst));
            // Wanted: 200 ms and 2 s.
            assertThat(median).isLessThan(Duration.ofSeconds(1));
            assertThat(worst).isLessThan(Duration.ofSeconds(10));
        }
    }

    @Test
    @Tag("fault-15")
    void workGoesOnSoonAfterAKilledMonitorIsStartedAgain() throws Exception {
        MonitorProcess.Seat seat = Beside.seat(db.url(), "restarted", 2, folder);
        Duration longest = Duration.ZERO;
        MonitorProcess now = null;
        try (Beside beside = new Beside(db.url(), seat, MonitorProcess.Way.PLAIN, folder)) {
            now = beside.monitor;
            for (int i = 0; i < RESTARTS; i++) {
                Task<?> running = beside.scheduleHere("held", "through" + i);
                beside.awaitBegin(running.id());
                now.handle().destroyForcibly();
                now.handle().onExit().join();
                long since = System.nanoTime();
                now = MonitorProcess.start(seat, MonitorProcess.Way.PLAIN);
                Task<?> next = beside.scheduleHere("held", "");
                assertThat(next.join(Duration.ofMinutes(1)).state())
                        .as(beside.said())
                        .isEqualTo(TaskState.DONE);
                Duration took = Duration.ofNanos(System.nanoTime() - since);
                longest = took.compareTo(longest) > 0 ? took : longest;
                beside.release("through" + i);
                assertThat(running.join(Duration.ofMinutes(1)).state())
                        .as(beside.said())
                        .isEqualTo(TaskState.DONE);
                assertThat(beside.begun(running.id())).isEqualTo(1);
            }
            FaultRow.measured(
                    15,
                    RESTARTS + " kills of a monitor: the next task done at most " + FaultRow.millis(longest)
                            + " after it was started again; all that ran was done once");
            // Wanted: 5 s.
            assertThat(longest).isLessThan(Duration.ofSeconds(25));
        } finally {
            if (now != null) {
                ProcessHandle last = now.handle();
                last.destroy();
                last.onExit().join();
            }
        }
    }
}
