package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.FaultRow;
import dev.rework.embedded.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What tasks print, through a real pipe into the database. */
class MonitorOutputTest {

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
    static void end() throws Exception {
        stage.close();
    }

    @Test
    void whoSeesATaskDoneFindsItsLines() {
        for (int i = 0; i < 50; i++) {
            Task<?> task = stage.ended(stage.schedule("say", "hello " + i));
            assertThat(stage.lines(task)).containsExactly("stdout hello " + i);
        }
    }

    @Test
    @Tag("fault-12")
    void childrensOutputIsTheTasksOwnAndHarmless() {
        Task<?> task = stage.ended(stage.schedule(
                "shell", "echo out; echo err >&2; printf 'nul \\000 bad \\377\\n'; printf '10%%\\r20%%\\rdone'"));
        assertThat(stage.lines(task))
                .containsExactly(
                        "stdout out",
                        "stdout err",
                        "stdout nul \u2400 bad \ufffd",
                        "stdout 10%",
                        "stdout 20%",
                        "stdout done");
    }

    @Test
    void whatATaskPrintsIsMadeHarmless() {
        Task<?> task = stage.ended(stage.schedule("say", "nul \u0000 here"));
        assertThat(stage.lines(task)).containsExactly("stdout nul \u2400 here");
    }

    @Test
    @Tag("fault-10")
    void aMillionLinesLeaveTheFirstTheLastAndTheExactCount() {
        Task<?> task = stage.ended(stage.schedule("chatter", 1_000_000));
        assertThat(task.state()).isEqualTo(TaskState.DONE);
        List<String> stored = new ArrayList<>();
        try (var connection = db.connection();
                var statement = connection.prepareStatement("select line from rework.log where task = ? order by id")) {
            statement.setLong(1, task.id());
            try (var rows = statement.executeQuery()) {
                while (rows.next()) {
                    stored.add(rows.getString(1));
                }
            }
        } catch (java.sql.SQLException e) {
            throw new AssertionError(e);
        }
        assertThat(stored).hasSize(50_001);
        assertThat(stored.get(0)).isEqualTo("line 1");
        assertThat(stored.get(39_999)).isEqualTo("line 40000");
        assertThat(stored.get(40_000)).isEqualTo("950000 lines dropped");
        assertThat(stored.get(40_001)).isEqualTo("line 990001");
        assertThat(stored.get(50_000)).isEqualTo("line 1000000");
    }

    @Test
    @Tag("fault-11")
    void aHugeLineIsCutAndBoundedAndTheTaskUnharmed() {
        Task<?> task = stage.ended(stage.schedule("shell", "head -c 100000000 /dev/zero | tr '\\0' x"));
        assertThat(task.state()).isEqualTo(TaskState.DONE);
        assertThat(db.number("select sum(length(line)) from rework.log where task = ?", task.id()))
                .isLessThan(11 << 20);
        assertThat(db.number(
                        "select count(*) from rework.log where task = ? and line ~ '^\\d+ lines dropped$'", task.id()))
                .isEqualTo(1);
    }

    @Test
    @Tag("fault-8")
    void aGrandchildThatHoldsThePipeDelaysNothing() {
        stage.ended(stage.schedule("noop"));
        long since = System.nanoTime();
        Task<?> task = stage.ended(stage.schedule("shell", "sleep 300 & echo started"));
        Duration took = Duration.ofNanos(System.nanoTime() - since);
        FaultRow.measured(8, "done after " + FaultRow.millis(took) + " with a grandchild of 300 s at the pipe");
        assertThat(took).isLessThan(Duration.ofSeconds(10)); // wanted: 2 s
        assertThat(task.state()).isEqualTo(TaskState.DONE);
        assertThat(stage.lines(task)).containsExactly("stdout started");
    }

    @Test
    void aTaskCarriesItsWorkersTag() {
        assertThat(stage.ended(stage.schedule("environment", "REWORK_WORKER_TAG"))
                        .output())
                .isNotNull();
    }
}
