package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.Registrar;
import dev.rework.internal.ReworkHome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Rows of workers that never became processes, beside ones that did. */
class MonitorGhostsTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    Path dir;

    @Test
    @DisplayName("M25 a new monitor buries what never started and keeps the busy worker of a dead monitor")
    @Tag("slow")
    void aGhostIsBuriedAndTheBusyOneKept() throws Exception {
        Registrar.register(
                db.dataSource(TestDatabase.Part.OPERATOR),
                Deeds.classes(),
                new Registrar.Options(
                        Stage.HOST,
                        "deeds",
                        null,
                        List.of(),
                        new ReworkHome(dir.resolve("home").toAbsolutePath())));
        Process monitor = MonitorProgram.start(db.url(TestDatabase.Part.MONITOR), dir, OnExit.KILL, Stage.HOST);
        try (Rework rework = Rework.over(db.dataSource(TestDatabase.Part.OPERATOR))) {
            Path file = dir.resolve("go");
            Task<?> task = rework.task("untilThere")
                    .domain("deeds")
                    .input(file.toString())
                    .schedule();
            Stage.runs(file);
            monitor.toHandle().destroyForcibly();
            monitor.waitFor();
            long ghost = db.number("insert into rework.worker (host, domain, tag, boot_id, pid_space, lease)"
                    + " select host, domain, gen_random_uuid(), boot_id, pid_space, clock_timestamp() + interval '1 h'"
                    + " from rework.worker limit 1 returning id");
            try (Stage next = Stage.of(db, dir)) {
                assertThat(next.dead(ghost).deathinfo()).isEqualTo("never started");
                assertThat(task.state()).isEqualTo(TaskState.RUNNING);
                Files.writeString(file, "");
                assertThat(next.ended(task).state()).isEqualTo(TaskState.DONE);
                Eventually.isTrue("one worker is left", () -> next.monitor().workers() == 1);
            }
        }
    }
}
