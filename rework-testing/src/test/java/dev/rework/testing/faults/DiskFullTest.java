package dev.rework.testing.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.ReworkException;
import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.EmbeddedStatus;
import dev.rework.embedded.FaultRow;
import dev.rework.testing.Eventually;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class DiskFullTest {

    @TempDir
    Path folder;

    @Test
    @Tag("fault-26")
    void nothingIsLostWhenThereIsRoomAgain() throws Exception {
        SmallDisk.missing(folder).ifPresent(FaultRow::notRun);
        try (OwnServer server = OwnServer.in(folder.resolve("server"))) {
            server.execute("alter system set max_wal_size = '48MB'");
            server.execute("alter system set min_wal_size = '32MB'");
            server.postgres.stop();
            try (SmallDisk disk = SmallDisk.over(server.postgres.status().data(), 200)) {
                server.postgres.start();
                fillAndFree(server, disk);
                server.postgres.stop();
            }
        }
    }

    private void fillAndFree(OwnServer server, SmallDisk disk) throws Exception {
        try (Beside beside = new Beside(server.url, server.url, folder)) {
            Task<?> loud = beside.schedule("heldLoudly", "loud");
            beside.awaitBegin(loud.id());
            disk.fill();
            List<Task<?>> tasks = new ArrayList<>();
            int refused = 0;
            long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(12);
            while (System.nanoTime() < until) {
                try {
                    tasks.add(beside.schedule(""));
                } catch (ReworkException full) {
                    assertThat(full).hasMessageNotContaining("\tat ");
                    refused++;
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
            assertThat(refused + server.log().split("No space left on device", -1).length - 1)
                    .as("signs that it was full")
                    .isPositive();
            beside.release("loud"); // it ends while there is no room to say so
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(2));
            boolean fell = server.postgres.status().state() == EmbeddedStatus.State.STOPPED;
            disk.free();
            if (fell) {
                server.postgres.start();
            }
            long since = System.nanoTime();
            tasks.add(Eventually.value(
                    "there is room", Eventually.PATIENCE, () -> beside.schedule(""), task -> task.id() > 0));
            tasks.add(loud);
            for (Task<?> task : tasks) {
                assertThat(task.join(Duration.ofMinutes(2)).state())
                        .as(beside.said())
                        .isEqualTo(TaskState.DONE);
                assertThat(beside.begun(task.id())).isEqualTo(1);
            }
            Duration settled = Duration.ofNanos(System.nanoTime() - since);
            Eventually.isTrue("its lines are stored", () -> !loud.logs().isEmpty());
            assertThat(beside.monitor.handle().isAlive()).isTrue();
            FaultRow.measured(
                    26,
                    "full for 14 s under load (" + refused + " schedules refused, server "
                            + (fell ? "fell" : "stayed up") + "): all " + tasks.size() + " accepted tasks done once, "
                            + FaultRow.millis(settled) + " after there was room");
        }
    }
}
