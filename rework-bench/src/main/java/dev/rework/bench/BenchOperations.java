package dev.rework.bench;

import dev.rework.Operation;
import dev.rework.TaskContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** What the measured workers run. */
public final class BenchOperations {
    private BenchOperations() {}

    /** Nothing. */
    @Operation(domain = "bench")
    public static void noop() {}

    /** A small input, ignored. */
    @Operation(domain = "bench")
    public static void taking(Numbered input) {}

    /** One millisecond of waiting. */
    @Operation(domain = "bench")
    public static void millisecond() {
        LockSupport.parkNanos(1_000_000);
    }

    /** Two lines, as a talkative small task prints. */
    @Operation(domain = "bench")
    public static void talking() {
        System.out.println("resizing picture 12345.png to 200 by 80");
        System.out.println("resized, 12345 bytes");
    }

    /** When it began, in microseconds since 1970, by the clock of this machine. */
    @Operation(domain = "bench")
    public static long stamp() {
        return micros();
    }

    /** So many lines, as fast as they go. */
    @Operation(domain = "bench")
    public static void lines(Numbered input) {
        for (int i = 0; i < input.n(); i++) {
            System.out.println("line " + i + " of a task that prints a lot, as programs do");
        }
    }

    /** A line each 20 ms that says when it was printed. */
    @Operation(domain = "bench")
    public static void ticking(Numbered input) {
        for (int i = 0; i < input.n(); i++) {
            System.out.println("tick " + micros());
            LockSupport.parkNanos(20_000_000);
        }
    }

    /** Burns a core until it is killed. */
    @Operation(domain = "bench")
    public static void busy() {
        long x = 1;
        while (x != 0) {
            x = x * 6364136223846793005L + 1442695040888963407L | 1;
        }
    }

    /** What it took this worker to come so far. */
    @Operation(domain = "bench")
    public static Vitals vitals(TaskContext task) throws IOException {
        long now = micros();
        String stat = Files.readString(Path.of("/proc/self/stat"));
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long cpuMs = (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * 10;
        List<String> status = Files.readAllLines(Path.of("/proc/self/status"));
        long rssKb = status.stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElse(0);
        return new Vitals(now, cpuMs, rssKb);
    }

    static long micros() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    /** An input with a number. */
    public record Numbered(int n) {}

    /** What {@link #vitals} saw of its own process. */
    public record Vitals(long micros, long cpuMs, long rssKb) {}
}
