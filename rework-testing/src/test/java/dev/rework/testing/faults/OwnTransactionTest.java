package dev.rework.testing.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.FaultRow;
import dev.rework.embedded.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class OwnTransactionTest {

    private static final int EACH = 10;

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    Path folder;

    @Test
    @Tag("fault-48")
    void theEffectIsThereIfAndOnlyIfTheTaskIsDone() throws Exception {
        db.execute(
                "create table public.effect (task bigint, attempt integer); grant insert on public.effect to public");
        try (Beside beside =
                new Beside(db.url(), Beside.seat(db.url(), "beside", 2, folder), MonitorProcess.Way.PLAIN, folder)) {
            List<Task<?>> tasks = new ArrayList<>();
            for (int i = 0; i < EACH; i++) {
                for (OwnTransactionOperations.Moment moment : OwnTransactionOperations.Moment.values()) {
                    tasks.add(beside.rework
                            .task("effect")
                            .domain(StormOperations.DOMAIN)
                            .input(new OwnTransactionOperations.Effect(db.url(TestDatabase.Part.WORKER), moment))
                            .schedule());
                }
            }
            for (Task<?> task : tasks) {
                assertThat(task.join(Duration.ofMinutes(3)).state())
                        .as(beside.said())
                        .isEqualTo(TaskState.DONE);
                long by = db.number("select max(attempt) from public.effect where task = ?", task.id());
                assertThat(task.output(String.class)).isEqualTo("by attempt " + by);
            }
            assertThat(db.number("select count(*) from public.effect")).isEqualTo(tasks.size());
            assertThat(db.number("select count(distinct task) from public.effect"))
                    .isEqualTo(tasks.size());
            assertThat(db.number("select count(*) from public.effect where attempt = 1"))
                    .isEqualTo(3L * EACH);
            FaultRow.measured(
                    48, tasks.size() + " tasks, " + 4 * EACH + " deaths and throws around the commit: one effect each");
        }
    }
}
