package dev.rework.worker;

import dev.rework.SecretKeyMissing;
import dev.rework.internal.Frame;
import dev.rework.internal.KeyRing;
import dev.rework.internal.LinePayload;
import dev.rework.internal.Redaction;
import dev.rework.internal.SecretKeys;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one way out to the monitor: frames, each in one write. Threads may share it. A reader that went away is no error:
 * what is said then is lost. A file stream, not a channel, which an interrupt of the writing thread would close.
 */
final class Pipe {
    /** What texts that travel here are sealed for. */
    static final String SECRET = "pipe";

    private final OutputStream out;
    private final byte[] nonce;
    private Object @Nullable [] held;
    private long lines;
    private Redaction redaction = Redaction.NONE;

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

    /** Keeps a BEGIN back until anything else is sent, {@link #letOut}, or the next BEGIN, which replaces it. */
    synchronized void hold(Object... begin) {
        held = begin;
    }

    /** Sends what is kept back. */
    synchronized void letOut() {
        Object[] begin = held;
        if (begin != null) {
            held = null;
            write(Frame.of(Frame.Type.BEGIN, begin));
        }
    }

    /** Sends a captured line, or a piece of one. */
    synchronized void send(LinePayload line) {
        lines++;
        send(line.with(redaction.apply(line.text())).frame());
    }

    /**
     * From here on these texts are taken out of lines, here and, since what children print goes past us, by the monitor: it
     * is told them, sealed, as far as they fit a frame.
     */
    synchronized void redact(Redaction secrets, SecretKeys keys) {
        redaction = secrets;
        tell(keys);
    }

    /** The same once more: a new reader has not heard it. Keys that cannot be read any more hold nothing up. */
    synchronized void tell(SecretKeys keys) {
        if (redaction.isEmpty()) {
            return;
        }
        KeyRing ring;
        try {
            ring = keys.ring();
        } catch (SecretKeyMissing unreadable) {
            return;
        }
        for (String text : ring.isEmpty() ? List.<String>of() : redaction.texts()) {
            Frame frame = Frame.of(Frame.Type.SECRET, ring.seal(text, SECRET));
            if (frame.payload().length < Frame.MAX_PAYLOAD) {
                send(frame);
            }
        }
    }

    /** How many lines were sent so far. */
    synchronized long lines() {
        return lines;
    }

    private synchronized void send(Frame frame) {
        letOut();
        write(frame);
    }

    private void write(Frame frame) {
        try {
            out.write(frame.bytes(nonce));
        } catch (IOException gone) {
            // Nobody listens any more; the watchdog on standard input decides what that means.
        }
    }
}
