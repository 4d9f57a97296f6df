package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.TaskSnapshot;
import dev.rework.TaskState;
import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.FaultPoint;
import dev.rework.internal.Registrar;
import dev.rework.internal.ReworkHome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Aborts that arrive at the moment when one task ends and the next begins in the same worker. */
class AbortRaceTest {

    private static final int LANES = 4;
    private static final int LASTS_MILLIS = 60;
    private static final int LONGER_MILLIS = 20;
    private static final long FIRST_NANOS = 5_000_000;
    private static final long FIRST_LATER_NANOS = 20_000_000;
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
        int hits = race(LANES, 1000 / LANES);
        // With every abort too late, or too early, there would have been no race.
        assertThat(hits).isBetween(5, 500);
    }

    @Test
    void noInnocentTaskDiesInAFewRounds() throws Exception {
        race(1, 20);
    }

    /** Between the worker's word that it is ready and the look at what it holds the task ends: that is how it ended. */
    @Test
    @Tag("slow")
    @Tag("fault-44")
    void whoseTaskHasEndedMeanwhileLeavesInPeace() throws Exception {
        Registrar.register(
                db.dataSource(TestDatabase.Part.OPERATOR),
                Deeds.classes(),
                new Registrar.Options(Stage.HOST, "deeds", null, List.of(), new ReworkHome(dir.resolve("home"))));
        Path point = dir.resolve("aborting");
        Map<String, String> waits =
                Map.of(FaultPoint.VARIABLE, "monitor.aborting:wait:" + point, "REWORK_ARCHIVE", "off");
        Process monitor = MonitorProgram.start(db.url(TestDatabase.Part.MONITOR), dir, OnExit.KILL, Stage.HOST, waits);
        try (Rework rework = Rework.over(db.dataSource(TestDatabase.Part.OPERATOR))) {
            Path file = dir.resolve("meanwhile");
            Task<?> task = rework.task("leavesSlowly")
                    .domain("deeds")
                    .host(Stage.HOST)
                    .input(file.toString())
                    .schedule();
            Stage.runs(file);
            task.abort("too late");
            Eventually.isTrue("the monitor is about to look", () -> Files.exists(point));
            Files.writeString(file, "");
            assertThat(task.join(Eventually.PATIENCE).state()).isEqualTo(TaskState.DONE);
            Eventually.isTrue(
                    "the monitor has read all that came before",
                    () -> task.logs().stream().anyMatch(line -> line.line().equals("leaving")));
            Files.delete(point);
            long worker = db.number("select worker from rework.task where id = ?", task.id());
            String deathinfo = Eventually.value(
                    "its death",
                    Eventually.PATIENCE,
                    () -> ""
                            + db.one(
                                    String.class,
                                    "select deathinfo from rework.worker where id = ? and finished is not null",
                                    worker),
                    info -> !info.equals("null"));
            assertThat(deathinfo).isEqualTo("explicit shutdown");
            assertThat(Path.of(file + ".left")).exists();
        } finally {
            monitor.toHandle().destroy();
            monitor.waitFor();
        }
    }

    /** In lanes beside each other, each with a worker of its own: most of a round is waiting for the next worker. */
    private int race(int lanes, int rounds) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(lanes);
        try {
            List<Future<Integer>> hits = new ArrayList<>();
            for (int lane = 1; lane <= lanes; lane++) {
                String host = "lane-" + lane;
                hits.add(threads.submit(() -> lane(host, rounds)));
            }
            int all = 0;
            for (Future<Integer> hit : hits) {
                all += hit.get();
            }
            System.out.println(all + " of " + lanes * rounds + " aborts hit");
            return all;
        } finally {
            threads.shutdownNow();
        }
    }

    /**
     * A hit has the next abort come later, a miss a little earlier: so they gather where the first task ends. Until the
     * first of either kind the steps are large (on a busy machine it takes a while until a worker begins); where even an abort at once is too late, the tasks are made to last longer.
     */
    private int lane(String host, int rounds) throws Exception {
        Path innocents = dir.resolve(host);
        int hits = 0;
        int lasts = LASTS_MILLIS;
        try (Stage stage = Stage.on(host, db, dir)) {
            stage.ended(stage.scheduleHere("say", "ready"));
            long delay = lasts * 1_000_000L;
            for (int round = 1; round <= rounds; round++) {
                long begun = System.nanoTime();
                Task<?> first = stage.scheduleHere("lasts", lasts);
                Task<?> innocent = stage.scheduleHere("noteAtLength", innocents.toString());
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
                long later = hits == round ? FIRST_LATER_NANOS : LATER_NANOS;
                lasts += !hit && delay == 0 ? LONGER_MILLIS : 0;
                delay = Math.max(0, delay + (hit ? later : hits == 0 ? -FIRST_NANOS : -EARLIER_NANOS));
            }
        }
        return hits;
    }
}
