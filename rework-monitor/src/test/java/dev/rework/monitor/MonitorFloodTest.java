package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.Eventually;
import dev.rework.embedded.FaultRow;
import dev.rework.embedded.TestDatabase;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What a task that prints a million lines costs its monitor, which runs in this JVM, and the tasks beside it. */
@Tag("slow")
class MonitorFloodTest {

    private static final long MIB = 1 << 20;

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    Path dir;

    @Test
    @Tag("fault-10")
    void aFloodNeitherFillsTheHeapNorDelaysOthers() throws Exception {
        try (Stage stage = Stage.of(db, dir, options -> options.workers(2, 2))) {
            Eventually.isTrue(
                    "two workers are idle",
                    () -> stage.workers().stream()
                                    .filter(row -> row.state().equals("idle"))
                                    .count()
                            == 2);
            stage.ended(stage.schedule("chatter", 100_000));
            List<Duration> before = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                before.add(timed(stage));
            }
            long heapBefore = heapAfterCollection();

            long since = System.nanoTime();
            Task<?> flood = stage.schedule("chatter", 1_000_000);
            CompletableFuture<Duration> ended = CompletableFuture.supplyAsync(() -> {
                stage.ended(flood);
                return Duration.ofNanos(System.nanoTime() - since);
            });
            Eventually.isTrue("it floods", () -> flood.state() == TaskState.RUNNING);
            List<Duration> meanwhile = new ArrayList<>();
            long heapMost = 0;
            while (!ended.isDone()) {
                meanwhile.add(timed(stage));
                if (meanwhile.size() % 40 == 5) {
                    heapMost = Math.max(heapMost, heapAfterCollection());
                }
            }

            assertThat(flood.state()).isEqualTo(TaskState.DONE);
            assertThat(db.number("select count(*) from rework.log where task = ?", flood.id()))
                    .isEqualTo(50_001);
            assertThat(db.number(
                            "select count(*) from rework.log where task = ? and line = '950000 lines dropped'",
                            flood.id()))
                    .isOne();
            assertThat(heapMost).as("looked at the heap meanwhile").isPositive();
            FaultRow.measured(
                    10,
                    "a million lines in " + FaultRow.millis(ended.get()) + ": the monitor's heap after a collection "
                            + heapBefore / MIB + " MiB before, at most " + heapMost / MIB + " meanwhile; "
                            + meanwhile.size()
                            + " tasks beside it done after p50 " + FaultRow.millis(at(meanwhile, 50)) + ", p99 "
                            + FaultRow.millis(at(meanwhile, 99)) + " (without it " + FaultRow.millis(at(before, 50))
                            + ", "
                            + FaultRow.millis(at(before, 99)) + ")");
            assertThat(heapMost - heapBefore).as("what the heap grew by").isLessThan(32 * MIB);
            // Wanted: 200 ms. Of some fifty tasks, one or two may meet a machine that stands still.
            assertThat(at(meanwhile, 90)).isLessThan(Duration.ofSeconds(1).plus(at(before, 99)));
        }
    }

    private static Duration timed(Stage stage) {
        long since = System.nanoTime();
        stage.ended(stage.schedule("noop"));
        return Duration.ofNanos(System.nanoTime() - since);
    }

    private static Duration at(List<Duration> durations, int percent) {
        List<Duration> sorted = durations.stream().sorted().toList();
        return sorted.get(Math.min(sorted.size() - 1, sorted.size() * percent / 100));
    }

    private static long heapAfterCollection() {
        System.gc();
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
}
