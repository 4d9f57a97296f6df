package dev.rework.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Cause;
import dev.rework.Plan;
import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.TaskFilter;
import dev.rework.TaskSnapshot;
import dev.rework.TaskState;
import java.time.Duration;
import java.time.ZoneOffset;
import org.junit.jupiter.api.Test;

@ReworkTest(operations = LabOperations.class)
class TestMonitorTest {

    @Test
    void aSteppedMonitorRunsTasksInRealWorkers(Rework rework, TestMonitor monitor) {
        Task<Integer> task = rework.schedule("twice", 21, Integer.class);
        assertThat(monitor.stepUntilEnd(task).output()).isEqualTo(42);
        assertThat(monitor.workers()).isPositive();
        assertThat(LabOperations.ranIn).isNotSameAs(Thread.currentThread());
    }

    @Test
    void aDeafLoopIsKilledWhenItsTimeIsOver(Rework rework, TestMonitor monitor) {
        Task<Object> task = rework.schedule("deaf");
        monitor.stepUntilEnd(task);
        assertThat(task.state()).isEqualTo(TaskState.ABORTED);
        assertThat(task.cause()).isEqualTo(Cause.TIMEOUT);
    }

    @Test
    void aTaskForTomorrowStaysWhereItIs(Rework rework, TestMonitor monitor, TestClock clock) {
        Task<Integer> now = rework.schedule("twice", 1, Integer.class);
        Task<Object> tomorrow =
                rework.task("twice").input(1).delay(Duration.ofDays(1)).schedule();
        clock.advance(Duration.ofHours(2));
        monitor.stepUntilEnd(now);
        assertThat(tomorrow.state()).isEqualTo(TaskState.SCHEDULED);
    }

    @Test
    void aPlanFiresWhenTheClockIsPutForward(Rework rework, TestMonitor monitor, TestClock clock) {
        // Not a fixed hour: what another test has put the clock past was missed already.
        int hour = clock.instant()
                .plus(Duration.ofHours(3))
                .atOffset(ZoneOffset.UTC)
                .getHour();
        Plan plan = rework.prepare("twice", "0 " + hour + " * * *").input(1).save();
        monitor.step();
        clock.advanceTo(plan.next());
        monitor.stepUntil(
                "it has fired", () -> rework.plan(plan.id()).orElseThrow().fired() == 1);
        Task<Object> task = rework.find(rework.tasks(TaskFilter.all()).stream()
                        .mapToLong(TaskSnapshot::id)
                        .max()
                        .orElseThrow())
                .orElseThrow();
        assertThat(monitor.stepUntilEnd(task).state()).isEqualTo(TaskState.DONE);
        clock.advance(Duration.ofDays(2));
        monitor.stepUntil(
                "two nights later", () -> rework.plan(plan.id()).orElseThrow().fired() == 3);
        rework.unprepare(plan.id());
    }

    @Test
    void whatTheMonitorSaysIsKept(Rework rework, TestMonitor monitor) {
        monitor.options(options -> options.workers(1, 1)).step();
        assertThat(monitor.said()).isNotEmpty();
        assertThat(monitor.workers()).isEqualTo(1);
        monitor.close();
        assertThat(monitor.workers()).isZero();
    }
}
