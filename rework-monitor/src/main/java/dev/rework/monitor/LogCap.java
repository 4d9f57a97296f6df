package dev.rework.monitor;

import dev.rework.internal.db.LogCopy.Line;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * Bounds what one attempt may store: its first lines and its last ones, with the exact count of those between. For one
 * thread.
 */
final class LogCap {

    /** Lines, and bytes of text, of the beginning and of the end. */
    record Limits(int firstLines, long firstBytes, int lastLines, long lastBytes) {
        static final Limits DEFAULT = new Limits(40_000, 8L << 20, 10_000, 2L << 20);
    }

    private final Limits limits;
    private final Consumer<Line> out;
    private final Deque<Line> last = new ArrayDeque<>();
    private long lines;
    private long bytes;
    private long lastBytes;
    private long dropped;

    LogCap(Limits limits, Consumer<Line> out) {
        this.limits = limits;
        this.out = out;
    }

    void accept(Line line) {
        long size = line.text().length();
        if (lines < limits.firstLines && bytes + size <= limits.firstBytes) {
            lines++;
            bytes += size;
            out.accept(line);
            return;
        }
        lines = limits.firstLines;
        last.addLast(line);
        lastBytes += size;
        while (last.size() > limits.lastLines || lastBytes > limits.lastBytes && last.size() > 1) {
            lastBytes -= last.removeFirst().text().length();
            dropped++;
        }
    }

    /** The end so far: lets the last lines out, after the count of those that were dropped. */
    void flush() {
        if (dropped > 0) {
            Line next = last.getFirst();
            out.accept(dropped(next.task(), next.attempt(), next.millis(), dropped));
            dropped = 0;
        }
        last.forEach(out);
        last.clear();
        lastBytes = 0;
    }

    /** The line that tells of lines there are none of. */
    static Line dropped(long task, int attempt, long millis, long count) {
        return new Line(task, attempt, millis, "rework", "WARNING", "", count + " lines dropped");
    }
}
