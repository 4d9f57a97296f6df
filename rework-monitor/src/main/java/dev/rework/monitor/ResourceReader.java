package dev.rework.monitor;

import java.util.ArrayList;
import java.util.List;
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

    /** Reads a process with its descendants; zeros when it is gone. */
    Use read(ProcessHandle leader) {
        List<Long> pids = new ArrayList<>();
        pids.add(leader.pid());
        leader.descendants().map(ProcessHandle::pid).forEach(pids::add);
        long bytes = 0;
        long millis = 0;
        for (long pid : pids) {
            OSProcess process = system.getProcess((int) pid);
            if (process != null) {
                bytes += process.getResidentMemory();
                millis += process.getKernelTime() + process.getUserTime();
            }
        }
        return new Use((int) (bytes >> 20), millis);
    }
}
