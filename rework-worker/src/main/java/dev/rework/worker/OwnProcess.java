package dev.rework.worker;

import dev.rework.internal.ProcessFamilies;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** What this process uses, read from {@code /proc}; zeros where there is none. */
final class OwnProcess {
    private static final Path SELF = Path.of("/proc/self");
    private static final long TICK_MILLIS = 10;
    // utime, stime, cutime and cstime.
    private static final int FIRST_TIME = 11;
    private static final int TIMES = 4;

    private OwnProcess() {}

    /** Its processor time so far, and that of processes it started and has seen end. */
    static long cpuMillis() {
        String stat = read("stat");
        if (stat.isEmpty()) {
            return ProcessHandle.current()
                    .info()
                    .totalCpuDuration()
                    .map(Duration::toMillis)
                    .orElse(0L);
        }
        String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
        long ticks = 0;
        for (int field = FIRST_TIME; field < FIRST_TIME + TIMES; field++) {
            ticks += Long.parseLong(fields[field]);
        }
        return ticks * TICK_MILLIS;
    }

    /** Its resident memory now, in MiB. */
    static int residentMb() {
        return status(SELF, "VmRSS:");
    }

    /** The resident memory, in MiB, of what came from it and still lives: looks at every process of the machine. */
    static int offspringMb() {
        long self = ProcessHandle.current().pid();
        int sum = 0;
        for (long pid : ProcessFamilies.now().of(self)) {
            sum += pid == self ? 0 : status(Path.of("/proc", Long.toString(pid)), "VmRSS:");
        }
        return sum;
    }

    /** The most it ever was, or since {@link #resetPeak}. */
    static int peakMb() {
        return status(SELF, "VmHWM:");
    }

    /** Lets the peak begin anew. */
    static void resetPeak() {
        try {
            Files.writeString(SELF.resolve("clear_refs"), "5");
        } catch (IOException | SecurityException notHere) {
            // The peak is then the process's, not the task's.
        }
    }

    /** Kills every process this one started, and theirs. */
    static void killDescendants() {
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
    }

    /** Seconds since the machine started, time of suspension included; negative where nobody knows. */
    static double uptime() {
        String uptime = read(Path.of("/proc/uptime"));
        return uptime.isEmpty() ? -1 : Double.parseDouble(uptime.substring(0, uptime.indexOf(' ')));
    }

    private static int status(Path process, String field) {
        for (String line : read(process.resolve("status")).split("\n")) {
            if (line.startsWith(field)) {
                return Integer.parseInt(line.replaceAll("\\D", "")) / 1024;
            }
        }
        return 0;
    }

    private static String read(String file) {
        return read(SELF.resolve(file));
    }

    private static String read(Path file) {
        try {
            return Files.readString(file, StandardCharsets.ISO_8859_1);
        } catch (IOException none) {
            return "";
        }
    }
}
