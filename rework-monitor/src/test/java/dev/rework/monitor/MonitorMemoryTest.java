package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Cause;
import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What workers and their children take, and what is done about it; with real workers. */
@Tag("slow")
class MonitorMemoryTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    Path dir;

    private static long workerOf(Task<?> task) {
        return db.number("select worker from rework.task where id = ?", task.id());
    }

    private static String tag(long worker) {
        return db.one(String.class, "select tag::text from rework.worker where id = ?", worker);
    }

    @Test
    void theSoftLimitCountsWhatTheTaskLeftRunning() throws Exception {
        try (Stage stage = Stage.of(db, dir, options -> options.maxMemoryMb(150))) {
            long first = workerOf(stage.ended(stage.schedule("noop")));
            Task<?> task = stage.ended(
                    stage.schedule("leavesBehind", dir.resolve("held").toString()));
            assertThat(task.state()).isEqualTo(TaskState.DONE);
            assertThat(workerOf(task)).isEqualTo(first);
            assertThat(stage.dead(first).deathinfo()).matches("uses \\d+ MiB, more than 150 \\(maxmem\\)");
            assertThat(workerOf(stage.ended(stage.schedule("noop")))).isNotEqualTo(first);
            assertThat(ProcessTree.tagged(tag(first))).isEmpty();
        }
    }

    @Test
    void theSoftLimitLetsASmallWorkerGoOn() throws Exception {
        try (Stage stage = Stage.of(db, dir, options -> options.maxMemoryMb(400))) {
            Task<?> task = stage.ended(
                    stage.schedule("leavesBehind", dir.resolve("held").toString()));
            assertThat(workerOf(stage.ended(stage.schedule("noop")))).isEqualTo(workerOf(task));
        }
    }

    @Test
    void theHardLimitCountsTheChildrenOfTheTask() throws Exception {
        try (Stage stage = Stage.of(db, dir, options -> options.hardMemoryMb(150))) {
            Task<?> task =
                    stage.ended(stage.schedule("childEats", dir.resolve("never").toString()));
            assertThat(task.state()).isEqualTo(TaskState.FAILED);
            assertThat(task.cause()).isEqualTo(Cause.MEMORY);
            assertThat(task.reason()).matches("used \\d+ MiB where 150 MiB are allowed");
            long worker = workerOf(task);
            assertThat(stage.dead(worker).deathinfo()).contains("150 MiB are allowed");
            assertThat(ProcessTree.tagged(tag(worker))).isEmpty();
            assertThat(db.number("select max(memory_mb) from rework.sample where worker = ?", worker))
                    .isGreaterThan(150);
            assertThat(stage.ended(stage.schedule("noop")).state()).isEqualTo(TaskState.DONE);
        }
    }

    @Test
    void anAttemptIsChargedWithWhatItsChildrenTook() throws Exception {
        try (Stage stage = Stage.of(db, dir)) {
            Path file = dir.resolve("enough");
            Task<?> task = stage.schedule("childEats", file.toString());
            long worker = stage.worker().id();
            Eventually.isTrue(
                    "its memory is seen",
                    Eventually.PATIENCE,
                    () -> stage.worker(worker).memoryMb() > 170);
            Files.writeString(file, "");
            assertThat(stage.ended(task).state()).isEqualTo(TaskState.DONE);
            assertThat(task.snapshot().peakMb()).isGreaterThan(170);
            assertThat(task.snapshot().cpuMs()).isGreaterThan(1200);
        }
    }

    @Test
    void debuggersPortsSkipThoseThatSomebodyElseHas() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int first = Math.min(other.getLocalPort(), 65_000);
            try (Stage stage =
                    Stage.of(db, dir, options -> options.workers(2, 2).debugPort(first))) {
                Eventually.isTrue("both are up", () -> idle(stage).size() == 2);
                List<Integer> ports = idle(stage);
                assertThat(ports).doesNotContain(other.getLocalPort()).doesNotHaveDuplicates();
                assertThat(ports).allMatch(MonitorMemoryTest::isTaken);
            }
        }
    }

    private static List<Integer> idle(Stage stage) {
        return stage.workers().stream()
                .filter(row -> row.state().equals("idle"))
                .map(row -> row.debugPort() == null ? 0 : row.debugPort())
                .toList();
    }

    private static boolean isTaken(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return !socket.isBound();
        } catch (IOException e) {
            return true;
        }
    }
}
