package dev.rework.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rework.InvalidInput;
import dev.rework.LogLine;
import dev.rework.OperationRef;
import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.docs.FirstTasks.Resize;
import dev.rework.docs.FirstTasks.Resized;
import dev.rework.testing.ReworkLab;
import dev.rework.testing.ReworkTest;
import dev.rework.testing.TestMonitor;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@ReworkTest(operations = FirstTasks.class)
class QuickStartTest {

    // begin reference
    static final OperationRef<Resize, Resized> RESIZE =
            OperationRef.of("images", "resize", Resize.class, Resized.class);
    // end reference

    @BeforeEach
    void run(TestMonitor monitor) {
        monitor.run();
    }

    @Test
    void theFirstTasksRunAsTheReadmeSays(ReworkLab lab) {
        String address = lab.url();
        // begin client
        try (Rework rework = Rework.connect(address)) {
            Task<String> t1 = rework.schedule("my_first_task", "hello", String.class);
            Task<?> t2 = rework.schedule("my_first_task", 100);
            t1.join();
            t2.join(Duration.ofMinutes(1));
            System.out.println(t1.output() + " " + t2.output(Integer.class)); // hellohello 200
            // end client
            assertThat(t1.state()).isEqualTo(TaskState.DONE);
            assertThat(t1.output()).isEqualTo("hellohello");
            assertThat(t2.output(Integer.class)).isEqualTo(200);
            assertThat(t1.logs()).extracting(LogLine::line).containsExactly("I am running", "I am done");
            // begin client
        }
        // end client
    }

    @Test
    void typedInputsAreCheckedWhenTheyAreScheduled(Rework rework) {
        // begin typed-client
        Task<Resized> task = rework.schedule(RESIZE, new Resize("a.png", 200, 80));
        List<Task<Resized>> more =
                rework.scheduleAll(RESIZE, List.of(new Resize("b.png", 100, 80), new Resize("c.png", 100, 80)));
        // end typed-client
        assertThat(task.snapshot().domain()).isEqualTo("images");
        assertThat(more).hasSize(2).allSatisfy(t -> assertThat(t.state()).isEqualTo(TaskState.QUEUED));
        assertThatThrownBy(() -> rework.task("resize")
                        .domain("images")
                        .input(Map.of("width", "wide"))
                        .schedule())
                .isInstanceOf(InvalidInput.class);
    }

    @Test
    void aTaskIsScheduledInTheCallersTransaction(ReworkLab lab) throws SQLException {
        Rework rework = lab.rework();
        try (Connection connection = lab.database().connection()) {
            // begin transaction
            connection.setAutoCommit(false);
            Task<?> task = rework.in(connection).schedule("my_first_task", 1);
            connection.rollback(); // and the task was never there
            // end transaction
            assertThat(rework.find(task.id())).isEmpty();
        }
    }

    @Test
    void aTaskIsDescribedStepByStep(Rework rework) {
        // begin builder
        Task<Object> task = rework.task("resize")
                .domain("images")
                .input(new Resize("a.png", 200, 80))
                .priority(5)
                .delay(Duration.ofHours(1))
                .metadata(Map.of("user", "Joe"))
                .schedule();
        task.abort("not needed any more");
        // end builder
        assertThat(task.state()).isEqualTo(TaskState.ABORTED);
        assertThat(task.reason()).contains("not needed any more");
        assertThat(task.metadata()).isEqualTo(Map.of("user", "Joe"));
    }
}
