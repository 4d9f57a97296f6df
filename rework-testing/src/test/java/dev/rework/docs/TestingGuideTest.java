package dev.rework.docs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.testing.InThread;
import dev.rework.testing.ReworkTest;
import dev.rework.testing.TestMonitor;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class TestingGuideTest {

    @Nested
    // begin stepped
    @ReworkTest(operations = FirstTasks.class)
    class FirstTasksTest {

        @Test
        void doublesWhatItIsGiven(Rework rework, TestMonitor monitor) {
            Task<String> task = rework.schedule("my_first_task", "hello", String.class);
            monitor.stepUntilEnd(task);
            assertThat(task.output()).isEqualTo("hellohello");
        }
    }
    // end stepped

    @Nested
    @ReworkTest(operations = FirstTasks.class)
    class OtherWaysTest {

        @Test
        void inTheTestsOwnThread(Rework rework, InThread inThread) {
            // begin in-thread
            Task<Integer> task = rework.schedule("my_first_task", 21, Integer.class);
            inThread.run(task);
            assertThat(task.output()).isEqualTo(42);
            // end in-thread
        }

        @Test
        void byAMonitorThatRunsByItself(Rework rework, TestMonitor monitor) {
            // begin running
            monitor.options(options -> options.workers(1, 1)).run();
            Task<Integer> task =
                    rework.schedule("my_first_task", 4, Integer.class).join();
            // end running
            assertThat(task.output()).isEqualTo(8);
        }
    }
}
