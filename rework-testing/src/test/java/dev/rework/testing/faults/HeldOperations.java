package dev.rework.testing.faults;

import dev.rework.OnCrash;
import dev.rework.Operation;
import dev.rework.TaskContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/** What the tests of faults run, in the domain that {@link MonitorProcess} serves. */
public final class HeldOperations {

    private HeldOperations() {}

    /** Where its witness is, and the file it waits for; empty: it waits for nothing. */
    public record Hold(String folder, String file) {}

    /** Runs until the file is there, under the eyes of the witness. Must be run at most once. */
    @Operation(domain = StormOperations.DOMAIN)
    public static String held(Hold hold, TaskContext task) throws IOException {
        return hold(hold, task);
    }

    /** The same, and may be run again after a crash. */
    @Operation(
            domain = StormOperations.DOMAIN,
            retries = 5,
            onCrash = OnCrash.RETRY,
            backoff = "PT0.1S",
            maxBackoff = "PT0.2S")
    public static String heldAgain(Hold hold, TaskContext task) throws IOException {
        return hold(hold, task);
    }

    /** The same, and prints a kilobyte each millisecond meanwhile. */
    @Operation(domain = StormOperations.DOMAIN)
    public static String heldLoudly(Hold hold, TaskContext task) throws IOException {
        try (Witness.Running running = Witness.in(Path.of(hold.folder())).begin(task.id(), task.attempt())) {
            while (running != null && !hold.file().isEmpty() && !Files.exists(Path.of(hold.file()))) {
                System.out.println("x".repeat(1000));
                LockSupport.parkNanos(1_000_000);
            }
            return "held";
        }
    }

    private static String hold(Hold hold, TaskContext task) throws IOException {
        try (Witness.Running running = Witness.in(Path.of(hold.folder())).begin(task.id(), task.attempt())) {
            while (running != null && !hold.file().isEmpty() && !Files.exists(Path.of(hold.file()))) {
                LockSupport.parkNanos(2_000_000);
            }
            return "held";
        }
    }
}
