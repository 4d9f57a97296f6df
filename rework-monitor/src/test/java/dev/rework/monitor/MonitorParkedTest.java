package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Tasks that wait for tasks, in a pool of one: as many as may wait, who waits for ever, who only waits long. */
class MonitorParkedTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    static Path dir;

    private static Stage stage;

    @BeforeAll
    static void begin() {
        stage = Stage.of(db, dir);
    }

    @AfterAll
    static void end() throws InterruptedException {
        stage.close();
    }

    @Test
    void aChildOfAChildIsOneTooManyAndSaysWhy() {
        assertThat(stage.ended(stage.schedule("depth", 1)).output(String.class)).isEqualTo("bottom");
        Task<?> deep = stage.ended(stage.schedule("depth", 2));
        assertThat(deep.state()).isEqualTo(TaskState.FAILED);
        Task<?> child = child(deep);
        assertThat(child.state()).isEqualTo(TaskState.FAILED);
        assertThat(child.reason())
                .startsWith("dev.rework.JoinRefused: task " + child.id() + " cannot wait for task "
                        + child(child).id())
                .contains("all 2 workers", "domain deeds on host stage", "raise --maxworkers");
        // What was not waited for is left as it is, and runs.
        assertThat(stage.ended(child(child)).state()).isEqualTo(TaskState.DONE);
        assertThat(stage.ended(stage.schedule("noop")).state()).isEqualTo(TaskState.DONE);
    }

    private static Task<?> child(Task<?> parent) {
        long id = db.number("select id from rework.task where parent = ?", parent.id());
        return stage.rework().find(id).orElseThrow();
    }

    @Test
    void whoWaitsInACircleIsToldSo() {
        Task<?> task = stage.ended(stage.schedule("circle"));
        assertThat(task.state()).isEqualTo(TaskState.FAILED);
        Task<?> child = child(task);
        assertThat(child.reason())
                .contains("task " + child.id() + " cannot wait for task " + task.id())
                .contains("a circle, " + task.id() + " waits for " + child.id());
    }

    @Test
    void whoWaitsForFuturesIsNotInTheWayOfTheirTasks() {
        for (String way : List.of("get", "all", "poll")) {
            assertThat(stage.ended(stage.schedule("futures", way)).output(String.class))
                    .isEqualTo(way + "ok");
        }
        assertThat(db.number("select count(*) from rework.worker where awaits <> '{}'"))
                .isZero();
    }

    @Test
    void aFutureThatWouldNeverComeIsRefused() {
        Task<?> deep = stage.ended(stage.schedule("futureDepth", 2));
        assertThat(deep.state()).isEqualTo(TaskState.FAILED);
        assertThat(child(deep).reason())
                .contains("task " + child(deep).id() + " cannot wait for task "
                        + child(child(deep)).id())
                .contains("all 2 workers");
        assertThat(stage.ended(child(child(deep))).state()).isEqualTo(TaskState.DONE);
        assertThat(stage.ended(stage.schedule("noop")).state()).isEqualTo(TaskState.DONE);
    }

    @Test
    void whoWaitsForItselfIsToldSo() {
        Task<?> task = stage.ended(stage.schedule("joinsItself"));
        assertThat(task.state()).isEqualTo(TaskState.FAILED);
        assertThat(task.reason()).contains("that is itself");
    }

    @Test
    @Tag("slow")
    void whatOnlyTakesLongIsWaitedFor() throws Exception {
        Path file = dir.resolve("slow");
        Task<?> waits = stage.schedule("joinsSlow", file.toString());
        Stage.runs(file);
        Task<?> queued = stage.schedule("noop");
        // Longer than the few seconds after which a join is looked at anew.
        Eventually.isTrue(
                "it waits",
                () -> db.number(
                                "select count(*) from rework.task where id = ? and state = 'running'"
                                        + " and started < clock_timestamp() - interval '6 s'",
                                waits.id())
                        == 1);
        assertThat(db.number("select awaits[2] from rework.worker where awaits[1] = ?", waits.id()))
                .isEqualTo(child(waits).id());
        Files.writeString(file, "");
        assertThat(stage.ended(waits).output(String.class)).isEqualTo("saw it");
        assertThat(stage.ended(queued).state()).isEqualTo(TaskState.DONE);
        assertThat(db.number("select count(*) from rework.worker where awaits <> '{}'"))
                .isZero();
    }
}
