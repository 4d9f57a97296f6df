package dev.rework.testing.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Cause;
import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.FaultRow;
import dev.rework.embedded.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A monitor and its workers behind PgBouncer in transaction mode. */
@Tag("slow")
class PoolerWorkersTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"", "?pooler=true"})
    @Tag("fault-33")
    void serveAsEver(String told) throws Exception {
        PgBouncer.missing().ifPresent(FaultRow::notRun);
        try (PgBouncer bouncer = PgBouncer.before(db.url());
                Beside beside = new Beside(
                        db.url(),
                        Beside.seat(bouncer.url() + told, "pooled" + told.length(), 2, folder),
                        MonitorProcess.Way.PLAIN,
                        folder)) {
            beside.scheduleHere("held", "").join(Duration.ofMinutes(1));
            long since = System.nanoTime();
            List<Task<?>> tasks = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                tasks.add(beside.scheduleHere("held", ""));
            }
            for (Task<?> task : tasks) {
                assertThat(task.join(Duration.ofMinutes(1)).state())
                        .as(beside.said())
                        .isEqualTo(TaskState.DONE);
                assertThat(beside.begun(task.id())).isEqualTo(1);
            }
            Duration took = Duration.ofNanos(System.nanoTime() - since);
            Task<?> stopped = beside.scheduleHere("heldLoudly", "never");
            beside.awaitBegin(stopped.id());
            stopped.abort("enough");
            assertThat(stopped.join(Duration.ofMinutes(1)).cause()).isEqualTo(Cause.ABORT);
            assertThat(stopped.logs()).isNotEmpty();
            Task<?> killed = beside.scheduleHere("heldAgain", "again");
            beside.awaitBegin(killed.id());
            String pid = "select pid from rework.worker where id = (select worker from rework.task where id = ?)";
            ProcessHandle.of(db.number(pid, killed.id())).orElseThrow().destroyForcibly();
            beside.release("again");
            assertThat(killed.join(Duration.ofMinutes(1)).state())
                    .as(beside.said())
                    .isEqualTo(TaskState.DONE);
            FaultRow.measured(
                    33,
                    "workers and monitor behind PgBouncer" + (told.isEmpty() ? ", not told" : ", told")
                            + ": 200 tasks in " + FaultRow.millis(took) + ", abort and death decided");
        }
    }
}
