package dev.rework.monitor;

import dev.rework.internal.ProcessFamilies;
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
     * @param processes how many it has
     */
    record Use(int memoryMb, long cpuMillis, int processes) {}

    /** Reads a process with its family; zeros when it is gone. */
    Use read(long leader, ProcessFamilies families) {
        long bytes = 0;
        long millis = 0;
        int processes = 0;
        for (long pid : families.of(leader)) {
            OSProcess process = system.getProcess((int) pid);
            if (process != null) {
                bytes += process.getResidentMemory();
                millis += process.getKernelTime() + process.getUserTime();
                processes++;
            }
        }
        return new Use((int) (bytes >> 20), millis, processes);
    }
}
