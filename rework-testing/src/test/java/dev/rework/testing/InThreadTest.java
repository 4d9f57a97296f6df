package dev.rework.testing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.TaskState;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@ReworkTest(operations = LabOperations.class)
class InThreadTest {

    @Test
    @DisplayName("K01 a worker can run in the caller's own process")
    void aTaskRunsInTheTestsOwnThread(Rework rework, InThread inThread) {
        LabOperations.ranIn = null;
        Task<Integer> task = rework.schedule("twice", 21, Integer.class);
        assertThat(inThread.run(task).output()).isEqualTo(42);
        assertThat(LabOperations.ranIn).isSameAs(Thread.currentThread());
    }

    @Test
    void tasksRunInTheOrderWorkersWouldTakeThem(Rework rework, InThread inThread) {
        LabOperations.order.clear();
        rework.task("remember").input("first").schedule();
        rework.task("remember").input("urgent").priority(9).schedule();
        rework.task("remember").input("second").schedule();
        assertThat(inThread.runAll()).isEqualTo(3);
        assertThat(LabOperations.order).containsExactly("urgent", "first", "second");
        assertThat(inThread.runNext()).isFalse();
    }

    @Test
    void whatItThrowsIsItsOutcome(Rework rework, InThread inThread) {
        Task<Object> task = rework.schedule("oops");
        assertThat(inThread.run(task).state()).isEqualTo(TaskState.FAILED);
        assertThat(task.error()).contains("LabOperations.oops");
    }
}
