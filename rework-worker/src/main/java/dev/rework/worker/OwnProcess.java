package dev.rework.worker;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** What this process uses, read from {@code /proc}; zeros where there is none. */
final class OwnProcess {
    private static final Path SELF = Path.of("/proc/self");
    private static final long TICK_MILLIS = 10;

    private OwnProcess() {}

    /** Its processor time so far. */
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
        return (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) * TICK_MILLIS;
    }

    /** Its resident memory now, in MiB. */
    static int residentMb() {
        return status("VmRSS:");
    }

    /** The most it ever was, or since {@link #resetPeak}. */
    static int peakMb() {
        return status("VmHWM:");
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

    private static int status(String field) {
        for (String line : read("status").split("\n")) {
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
