package dev.rework.monitor;

import dev.rework.internal.Control;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A worker's standard input. Sending never blocks: a worker that has been stopped from outside does not read, and must not
 * hold up its monitor.
 */
final class ControlLine {

    private static final int MOST = 1_000;
    private static final String END = "";

    private final OutputStream out;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>(MOST);

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

    /** Ends the stream once all is sent. */
    void close() {
        lines.clear();
        lines.add(END);
    }

    private void write() {
        try (out) {
            for (String line = lines.take(); !line.equals(END); line = lines.take()) {
                out.write((line + "\n").getBytes(StandardCharsets.UTF_8));
                if (lines.isEmpty()) {
                    out.flush();
                }
            }
        } catch (IOException gone) {
            lines.clear();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
