package dev.rework.worker;

/** What a task used of this process: set to nought before it begins, best while nobody waits. For the loop's thread alone. */
final class Meter {
    private long cpuSeen;
    private boolean isFresh;

    /** Nothing is in hand. */
    void idle() {
        if (!isFresh) {
            anew(true);
            isFresh = true;
        }
    }

    /** Tasks were claimed. */
    void claimed(int most) {
        if (!isFresh) {
            anew(most == 1);
        }
        isFresh = false;
    }

    private void anew(boolean peakToo) {
        cpuSeen = OwnProcess.cpuMillis();
        if (peakToo) {
            OwnProcess.resetPeak();
        }
    }

    /** Processor time since the last task ended, or since they were claimed. */
    long cpuMillis() {
        long now = OwnProcess.cpuMillis();
        long used = now - cpuSeen;
        cpuSeen = now;
        return used;
    }
}
