package dev.rework.worker;

import dev.rework.internal.Frame;
import dev.rework.internal.LinePayload;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * The one way out to the monitor: frames, each in one write. Threads may share it. A reader that went away is no error:
 * what is said then is lost. A file stream, not a channel, which an interrupt of the writing thread would close.
 */
final class Pipe {
    private final OutputStream out;
    private final byte[] nonce;
    private long lines;

    Pipe(OutputStream out, String nonce) {
        this.out = out;
        this.nonce = nonce.getBytes(StandardCharsets.US_ASCII);
    }

    /** Onto this process's standard output, whatever {@code System.out} is. */
    static Pipe standard(String nonce) {
        return new Pipe(new FileOutputStream(java.io.FileDescriptor.out), nonce);
    }

    /** Sends a frame of text fields. */
    void send(Frame.Type type, Object... fields) {
        send(Frame.of(type, fields));
    }

    /** Sends a captured line, or a piece of one. */
    void send(LinePayload line) {
        Frame frame = line.frame();
        synchronized (this) {
            lines++;
            send(frame);
        }
    }

    /** How many lines were sent so far. */
    synchronized long lines() {
        return lines;
    }

    private synchronized void send(Frame frame) {
        try {
            out.write(frame.bytes(nonce));
        } catch (IOException gone) {
            // Nobody listens any more; the watchdog on standard input decides what that means.
        }
    }
}
