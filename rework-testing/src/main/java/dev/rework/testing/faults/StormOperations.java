package dev.rework.testing.faults;

import dev.rework.OnCrash;
import dev.rework.Operation;
import dev.rework.TaskContext;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** What a storm runs: a few milliseconds of work under the eyes of a {@link Witness}. */
public final class StormOperations {

    /** The domain of a storm. */
    public static final String DOMAIN = "storm";

    private static final long WORK_NANOS = 3_000_000;

    private StormOperations() {}

    /** What a task of a storm is given: where its witness is. */
    public record Place(String folder) {}

    /** May be run again after a crash. */
    @Operation(domain = DOMAIN, retries = 1000, onCrash = OnCrash.RETRY, backoff = "PT0.05S", maxBackoff = "PT0.2S")
    public static void again(Place place, TaskContext task) throws IOException {
        work(place, task);
    }

    /** Must be run at most once. */
    @Operation(domain = DOMAIN)
    public static void once(Place place, TaskContext task) throws IOException {
        work(place, task);
    }

    private static void work(Place place, TaskContext task) throws IOException {
        try (Witness.Running running = Witness.in(Path.of(place.folder())).begin(task.id(), task.attempt())) {
            long end = System.nanoTime() + WORK_NANOS;
            while (System.nanoTime() < end && running != null) {
                LockSupport.parkNanos(end - System.nanoTime());
            }
        }
    }
}
