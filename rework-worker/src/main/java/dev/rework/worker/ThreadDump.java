package dev.rework.worker;

import dev.rework.internal.Frame;
import java.lang.management.LockInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.MonitorInfo;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;

/** A thread dump as text. Loads the management classes, which nothing else in a worker does. */
final class ThreadDump {
    private static final int PIECE = Frame.MAX_PAYLOAD - 40;

    private ThreadDump() {}

    /** Takes one and sends it in pieces. */
    static void send(Pipe pipe, long number) {
        String text = take();
        int from = 0;
        do {
            int to = pieceEnd(text, from);
            pipe.send(Frame.Type.DUMP, number, to == text.length() ? 1 : 0, text.substring(from, to));
            from = to;
        } while (from < text.length());
    }

    /** The longest piece that fits: at most three bytes for a char, and no pair of surrogates cut. */
    private static int pieceEnd(String text, int from) {
        int bytes = 0;
        int to = from;
        while (to < text.length()) {
            int point = text.codePointAt(to);
            bytes += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
            if (bytes > PIECE) {
                break;
            }
            to += Character.charCount(point);
        }
        return to;
    }

    /** Takes one. */
    static String take() {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        StringBuilder text = new StringBuilder();
        for (ThreadInfo thread : threads.dumpAllThreads(true, true)) {
            append(text, thread);
        }
        long[] stuck = threads.findDeadlockedThreads();
        if (stuck != null) {
            text.append("Deadlock of these threads:\n");
            for (ThreadInfo thread : threads.getThreadInfo(stuck)) {
                if (thread != null) {
                    text.append("  \"")
                            .append(thread.getThreadName())
                            .append("\" waits for ")
                            .append(thread.getLockName())
                            .append(" held by \"")
                            .append(thread.getLockOwnerName())
                            .append("\"\n");
                }
            }
        }
        return text.toString();
    }

    private static void append(StringBuilder text, ThreadInfo thread) {
        text.append('"')
                .append(thread.getThreadName())
                .append("\" #")
                .append(thread.getThreadId())
                .append(thread.isDaemon() ? " daemon" : "")
                .append(' ')
                .append(thread.getThreadState());
        if (thread.getLockName() != null) {
            text.append(" on ").append(thread.getLockName());
        }
        if (thread.getLockOwnerName() != null) {
            text.append(" held by \"").append(thread.getLockOwnerName()).append('"');
        }
        text.append('\n');
        StackTraceElement[] frames = thread.getStackTrace();
        for (int i = 0; i < frames.length; i++) {
            text.append("\tat ").append(frames[i]).append('\n');
            int depth = i;
            Arrays.stream(thread.getLockedMonitors())
                    .filter(monitor -> monitor.getLockedStackDepth() == depth)
                    .forEach(monitor ->
                            text.append("\t- locked ").append(name(monitor)).append('\n'));
        }
        for (LockInfo lock : thread.getLockedSynchronizers()) {
            text.append("\t- holds ").append(lock).append('\n');
        }
        text.append('\n');
    }

    private static String name(MonitorInfo monitor) {
        return monitor.getClassName() + "@" + Integer.toHexString(monitor.getIdentityHashCode());
    }
}
