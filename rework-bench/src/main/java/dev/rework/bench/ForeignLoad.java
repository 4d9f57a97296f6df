package dev.rework.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** How many cores were used, since it was begun, by processes that are neither ours nor the server's. Linux only. */
final class ForeignLoad {
    private static final double TICKS_PER_SECOND = 100;

    private record Seen(long parent, double seconds, double reaped) {}

    private final Set<Long> roots;
    private final Map<Long, Seen> before;
    private final long begun;

    private ForeignLoad(Set<Long> roots, Map<Long, Seen> before) {
        this.roots = roots;
        this.before = before;
        this.begun = System.nanoTime();
    }

    /** Begins now; {@code server} is the postmaster's pid, 0 when it runs elsewhere. */
    static ForeignLoad begin(long server) {
        return new ForeignLoad(Set.of(server, ProcessHandle.current().pid()), processes());
    }

    double cores() {
        double seconds = (System.nanoTime() - begun) / 1e9;
        Map<Long, Seen> now = processes();
        double used = 0;
        for (Map.Entry<Long, Seen> process : now.entrySet()) {
            if (!ours(process.getKey(), now)) {
                Seen earlier = before.get(process.getKey());
                used += process.getValue().seconds() - (earlier == null ? 0 : earlier.seconds());
            }
        }
        return Math.max(0, used) / seconds;
    }

    /** CPU seconds of a process and of those below it or were; 0 for pid 0. */
    static double secondsBelow(long root) {
        Map<Long, Seen> all = processes();
        ForeignLoad one = new ForeignLoad(Set.of(root), Map.of());
        double seconds = 0;
        for (Map.Entry<Long, Seen> process : all.entrySet()) {
            if (root != 0 && one.ours(process.getKey(), all)) {
                seconds += process.getValue().seconds() + process.getValue().reaped();
            }
        }
        return seconds;
    }

    private boolean ours(long pid, Map<Long, Seen> now) {
        Set<Long> seen = new HashSet<>();
        for (long at = pid; at > 1 && seen.add(at); ) {
            if (roots.contains(at)) {
                return true;
            }
            Seen process = now.get(at);
            at = process == null ? 0 : process.parent();
        }
        return false;
    }

    private static Map<Long, Seen> processes() {
        Map<Long, Seen> found = new HashMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path entry : entries) {
                read(entry, found);
            }
        } catch (IOException e) {
            return Map.of(); // no /proc here: every sample counts as quiet
        }
        return found;
    }

    private static void read(Path entry, Map<Long, Seen> found) {
        try {
            String stat = Files.readString(entry.resolve("stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            double seconds = (Long.parseLong(fields[11]) + Long.parseLong(fields[12])) / TICKS_PER_SECOND;
            double reaped = (Long.parseLong(fields[13]) + Long.parseLong(fields[14])) / TICKS_PER_SECOND;
            found.put(
                    Long.parseLong(entry.getFileName().toString()),
                    new Seen(Long.parseLong(fields[1]), seconds, reaped));
        } catch (IOException gone) {
            found.remove(Long.parseLong(entry.getFileName().toString()));
        }
    }

    /** CPU seconds, resident MiB (now and at most) of one process of this machine, zeros when it is gone. */
    record Vitals(double cpuSeconds, double rssMb, double peakMb) {
        static Vitals of(long pid) {
            Map<Long, Seen> one = new HashMap<>();
            read(Path.of("/proc/" + pid), one);
            Seen process = one.get(pid);
            double rss = 0;
            double peak = 0;
            try {
                for (String line : Files.readAllLines(Path.of("/proc/" + pid + "/status"))) {
                    if (line.startsWith("VmRSS:")) {
                        rss = kilobytes(line) / 1024;
                    } else if (line.startsWith("VmHWM:")) {
                        peak = kilobytes(line) / 1024;
                    }
                }
            } catch (IOException gone) {
                return new Vitals(0, 0, 0);
            }
            return new Vitals(process == null ? 0 : process.seconds(), rss, peak);
        }

        private static double kilobytes(String line) {
            return Double.parseDouble(line.replaceAll("[^0-9]", ""));
        }
    }
}
