package dev.rework.monitor;

import dev.rework.internal.Control;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A worker's standard input. Sending never blocks: a worker that has been stopped from outside does not read, and must not
 * hold up its monitor.
 */
final class ControlLine {

    private static final int MOST = 1_000;
    // Some hundred bytes at most, of the 4,096 that every pipe takes.
    private static final int UNHEARD = 32;
    private static final String END = "";

    private final OutputStream out;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>(MOST);
    private final ReentrantLock writing = new ReentrantLock();
    private int unheard;

    ControlLine(OutputStream out) {
        this.out = out;
    }

    void start(String name) {
        Thread thread = new Thread(this::write, name);
        thread.setDaemon(true);
        thread.start();
    }

    /** Sends soon; false when too much is unread already. */
    boolean send(Control control) {
        return lines.offer(control.line());
    }

    /**
     * Sends in this thread, when nothing else waits and the pipe has room for certain; else as {@link #send}. The short way
     * is for wake-ups, which others of the same kind may overtake.
     */
    boolean sendNow(Control control) {
        if (!writing.tryLock()) {
            return send(control);
        }
        try {
            if (!lines.isEmpty() || unheard >= UNHEARD) {
                return send(control);
            }
            unheard++;
            out.write((control.line() + "\n").getBytes(StandardCharsets.UTF_8));
            out.flush();
            return true;
        } catch (IOException gone) {
            return false;
        } finally {
            writing.unlock();
        }
    }

    /** The worker was heard, so it reads what it is sent. */
    void heard() {
        if (writing.tryLock()) {
            unheard = 0;
            writing.unlock();
        }
    }

    /** Ends the stream once all is sent. */
    void close() {
        lines.clear();
        lines.add(END);
    }

    private void write() {
        try (out) {
            for (String line = lines.take(); !line.equals(END); line = lines.take()) {
                writing.lock();
                try {
                    out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                    if (lines.isEmpty()) {
                        out.flush();
                    }
                } finally {
                    writing.unlock();
                }
            }
        } catch (IOException gone) {
            lines.clear();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
