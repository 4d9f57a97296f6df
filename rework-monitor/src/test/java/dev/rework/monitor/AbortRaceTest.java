package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Task;
import dev.rework.TaskSnapshot;
import dev.rework.TaskState;
import dev.rework.embedded.TestDatabase;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Aborts that arrive at the moment when one task ends and the next begins in the same worker. */
class AbortRaceTest {

    private static final int LASTS_MILLIS = 60;
    private static final int LONGER_MILLIS = 20;
    private static final long FIRST_NANOS = 5_000_000;
    private static final long LATER_NANOS = 2_000_000;
    private static final long EARLIER_NANOS = LATER_NANOS / 40;

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    Path dir;

    @Test
    @Tag("slow")
    @Tag("fault-5")
    @DisplayName(
            "W02 an abort names the task: fired 1000 times at the moment of the next beginning, no innocent one dies")
    void noInnocentTaskDies() throws Exception {
        race(1000);
    }

    @Test
    void noInnocentTaskDiesInAFewRounds() throws Exception {
        race(20);
    }

    /**
     * A hit has the next abort come later, a miss a little earlier: so they gather where the first task ends. Until the
     * first hit the steps are large; where even an abort at once is too late, the tasks are made to last longer.
     */
    private void race(int rounds) throws Exception {
        Path innocents = dir.resolve("innocents");
        int hits = 0;
        int lasts = LASTS_MILLIS;
        try (Stage stage = Stage.of(db, dir)) {
            stage.ended(stage.schedule("noop"));
            long delay = lasts * 1_000_000L;
            for (int round = 1; round <= rounds; round++) {
                long begun = System.nanoTime();
                Task<?> first = stage.schedule("lasts", lasts);
                Task<?> innocent = stage.schedule("note", innocents.toString());
                for (long left = delay; left > 0; left = begun + delay - System.nanoTime()) {
                    LockSupport.parkNanos(left);
                }
                first.abort("race");

                TaskSnapshot seen = stage.ended(innocent).snapshot();
                assertThat(seen.state()).as("round %d: %s", round, seen).isEqualTo(TaskState.DONE);
                assertThat(seen.attempt()).isOne();
                assertThat(innocents).hasSize(round);
                boolean hit = stage.ended(first).state() == TaskState.ABORTED;
                hits += hit ? 1 : 0;
                lasts += !hit && delay == 0 ? LONGER_MILLIS : 0;
                delay = Math.max(0, delay + (hit ? LATER_NANOS : hits == 0 ? -FIRST_NANOS : -EARLIER_NANOS));
            }
        }
        System.out.println(hits + " of " + rounds + " aborts hit a task of " + lasts + " ms");
        // With every abort too late, or too early, there would have been no race.
        if (rounds > 500) {
            assertThat(hits).isBetween(rounds / 200, rounds / 2);
        }
    }
}
