package dev.rework.ancestor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.internal.db.WorkerRow;
import dev.rework.testing.ReworkLab;
import dev.rework.testing.ReworkTest;
import dev.rework.testing.TestMonitor;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/** A monitor of another domain than the default one. */
@ReworkTest(operations = AncestorOperations.class, domain = "nondefault")
class AncestorDomainTest {

    private static Task<String> there(Rework rework) {
        return rework.task("run_in_non_default_domain")
                .domain("nondefault")
                .output(String.class)
                .schedule();
    }

    @Test
    @DisplayName("M09 a worker serves its own domain alone")
    void m09(Rework rework, ReworkLab lab, TestMonitor monitor) throws Exception {
        Task<Object> elsewhere = rework.schedule("basic");
        assertThat(monitor.stepUntilEnd(there(rework)).output()).isEqualTo("done");
        assertThat(elsewhere.state()).isEqualTo(TaskState.QUEUED);
        try (ReworkLab other = ReworkLab.open("OtherDomain", "default")) {
            other.register(AncestorOperations.class);
            Task<String> waiting = there(other.rework());
            Task<Object> task = other.monitor().stepUntilEnd(other.rework().schedule("basic"));
            assertThat(task.state()).isEqualTo(TaskState.DONE);
            assertThat(waiting.state()).isEqualTo(TaskState.QUEUED);
        }
    }

    @Test
    @DisplayName("M10 a worker of another domain ends after exactly two runs; the third task waits for the next")
    void m10(Rework rework, ReworkLab lab, TestMonitor monitor) {
        monitor.options(options -> options.workers(0, 1).maxRuns(2));
        List<Task<String>> tasks = List.of(there(rework), there(rework), there(rework));
        tasks.forEach(monitor::stepUntilEnd);
        Long first = tasks.get(0).snapshot().worker();
        assertThat(first).isNotNull().isEqualTo(tasks.get(1).snapshot().worker());
        assertThat(tasks.get(2).snapshot().worker()).isNotEqualTo(first);
        monitor.stepUntil("its end is written", () -> WorkerRows.of(lab, first).finished() != null);
        WorkerRow dead = WorkerRows.of(lab, first);
        assertThat(dead.runs()).isEqualTo(2);
        assertThat(dead.deathinfo()).contains("maxruns");
    }

    @Test
    @DisplayName("X04 a task of another domain is done there")
    void x04(Rework rework, TestMonitor monitor) {
        assertThat(monitor.stepUntilEnd(there(rework)).output()).isEqualTo("done");
    }
}
