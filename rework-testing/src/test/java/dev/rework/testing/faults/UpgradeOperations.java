package dev.rework.testing.faults;

import dev.rework.OnCrash;
import dev.rework.Operation;
import dev.rework.TaskContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;

/**
 * What {@link UpgradeTest} runs on workers of both versions. Compiled with the earlier one's classes: it keeps to what has
 * not changed since.
 */
public final class UpgradeOperations {

    private UpgradeOperations() {}

    /** Where its witness is, and the file it waits for; empty: it waits for nothing. */
    public record Deed(String folder, String file) {}

    /** Prints a line, waits for the file, prints another. */
    @Operation(
            domain = StormOperations.DOMAIN,
            retries = 9,
            onCrash = OnCrash.RETRY,
            backoff = "PT0.1S",
            maxBackoff = "PT0.2S")
    public static String printing(Deed deed, TaskContext task) throws IOException {
        try (Witness.Running running = Witness.in(Path.of(deed.folder())).begin(task.id(), task.attempt())) {
            System.out.println("begun by " + task.id());
            while (running != null && !deed.file().isEmpty() && !Files.exists(Path.of(deed.file()))) {
                LockSupport.parkNanos(2_000_000);
            }
            System.out.println("ended by " + task.id());
            return "printed";
        }
    }

    /** Fails, and once more. */
    @Operation(domain = StormOperations.DOMAIN, retries = 1, backoff = "PT0.1S", maxBackoff = "PT0.1S")
    public static void failing(Deed deed, TaskContext task) throws IOException {
        try (Witness.Running running = Witness.in(Path.of(deed.folder())).begin(task.id(), task.attempt())) {
            throw new IllegalStateException("fails as it should, " + running);
        }
    }

    /** Waits for a child of its own. */
    @Operation(
            domain = StormOperations.DOMAIN,
            retries = 9,
            onCrash = OnCrash.RETRY,
            backoff = "PT0.1S",
            maxBackoff = "PT0.2S")
    public static String waiting(Deed deed, TaskContext task) throws IOException {
        try (Witness.Running running = Witness.in(Path.of(deed.folder())).begin(task.id(), task.attempt())) {
            task.progress(1, 2, "waits, " + running);
            return task.rework()
                    .task("printing")
                    .domain(StormOperations.DOMAIN)
                    .input(deed)
                    .output(String.class)
                    .priority(10)
                    .schedule()
                    .join()
                    .output();
        }
    }

    /** Runs until it is aborted. */
    @Operation(
            domain = StormOperations.DOMAIN,
            retries = 9,
            onCrash = OnCrash.RETRY,
            backoff = "PT0.1S",
            maxBackoff = "PT0.2S")
    public static void endless(Deed deed, TaskContext task) throws IOException {
        try (Witness.Running running = Witness.in(Path.of(deed.folder())).begin(task.id(), task.attempt())) {
            while (running != null) {
                LockSupport.parkNanos(2_000_000);
            }
        }
    }
}
