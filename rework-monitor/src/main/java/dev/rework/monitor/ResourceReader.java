package dev.rework.monitor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import oshi.SystemInfo;
import oshi.software.os.OSProcess;
import oshi.software.os.OperatingSystem;

/** Reads what process trees use, by oshi. For one thread. */
final class ResourceReader {

    private final OperatingSystem system = new SystemInfo().getOperatingSystem();

    /**
     * What a process tree uses.
     *
     * @param memoryMb resident, summed over the tree
     * @param cpuMillis used since each of its processes began
     */
    record Use(int memoryMb, long cpuMillis) {}

    /** Who is whose child at this moment; one look at all processes serves all trees. */
    static Map<Long, List<Long>> children() {
        Map<Long, List<Long>> children = new HashMap<>();
        ProcessHandle.allProcesses()
                .forEach(process -> process.parent()
                        .ifPresent(parent -> children.computeIfAbsent(parent.pid(), pid -> new ArrayList<>())
                                .add(process.pid())));
        return children;
    }

    /** Reads a process with its descendants; zeros when it is gone. */
    Use read(long leader, Map<Long, List<Long>> children) {
        Deque<Long> pids = new ArrayDeque<>(List.of(leader));
        long bytes = 0;
        long millis = 0;
        while (!pids.isEmpty()) {
            long pid = pids.remove();
            OSProcess process = system.getProcess((int) pid);
            if (process != null) {
                bytes += process.getResidentMemory();
                millis += process.getKernelTime() + process.getUserTime();
            }
            pids.addAll(children.getOrDefault(pid, List.of()));
        }
        return new Use((int) (bytes >> 20), millis);
    }
}
