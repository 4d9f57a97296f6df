package dev.rework.worker;

import dev.rework.internal.Frame;
import java.lang.management.LockInfo;
import java.lang.management.ManagementFactory;
import java.lang.management.MonitorInfo;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;
import java.util.Map;

/**
 * A thread dump as text. What it says of locks needs the management classes, which nothing else in a worker does: loading
 * them takes longer than all else that an abort has to do.
 */
final class ThreadDump {
    private static final int PIECE = Frame.MAX_PAYLOAD - 40;

    /** How much of it is wanted. */
    enum Detail {
        /** Who is where. */
        STACKS,
        /** And who waits for whom. */
        DEADLOCKS,
        /** And which locks of {@code java.util.concurrent} each holds: the whole heap is looked through. */
        ALL
    }

    private static volatile boolean prepared;

    private ThreadDump() {}

    /** Whether {@link Detail#DEADLOCKS} costs hardly more than {@link Detail#STACKS}. */
    static boolean isPrepared() {
        return prepared;
    }

    /** Makes that so. */
    static void prepare() {
        take(Detail.DEADLOCKS);
    }

    /** As it is taken of a worker in training: the longest way. */
    static void send(Pipe pipe, long number) {
        send(pipe, number, Detail.ALL);
    }

    /** Takes one and sends it in pieces. */
    static void send(Pipe pipe, long number, Detail detail) {
        String text = take(detail);
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
    static String take(Detail detail) {
        return detail == Detail.STACKS ? stacks() : withLocks(detail == Detail.ALL);
    }

    private static String stacks() {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<Thread, StackTraceElement[]> each :
                Thread.getAllStackTraces().entrySet()) {
            Thread thread = each.getKey();
            head(text, thread.getName(), thread.getId(), thread.isDaemon(), thread.getState());
            text.append('\n');
            for (StackTraceElement frame : each.getValue()) {
                text.append("\tat ").append(frame).append('\n');
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static void head(StringBuilder text, String name, long id, boolean daemon, Thread.State state) {
        text.append('"').append(name).append("\" #").append(id);
        text.append(daemon ? " daemon" : "").append(' ').append(state);
    }

    private static String withLocks(boolean all) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        StringBuilder text = new StringBuilder();
        for (ThreadInfo thread : threads.dumpAllThreads(true, all)) {
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
        prepared = true;
        return text.toString();
    }

    private static void append(StringBuilder text, ThreadInfo thread) {
        head(text, thread.getThreadName(), thread.getThreadId(), thread.isDaemon(), thread.getThreadState());
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
