package dev.rework.testing.faults;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;

/** Follows what a server answers far enough to see when it is idle again, outside a transaction: ReadyForQuery, status I. */
final class AnswerReader {

    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private boolean idle;

    /** From now on only an idleness not yet seen counts. */
    synchronized void forget() {
        idle = false;
    }

    /** Takes the next bytes; whether the server has become idle since {@link #forget}. */
    synchronized boolean idleIn(byte[] bytes, int length) {
        pending.write(bytes, 0, length);
        ByteBuffer buffer = ByteBuffer.wrap(pending.toByteArray());
        // One byte alone answers an SSL or GSS request; no message is that short.
        if (buffer.remaining() == 1) {
            pending.reset();
            return idle;
        }
        while (buffer.remaining() >= 5) {
            int size = buffer.getInt(buffer.position() + 1);
            if (buffer.remaining() < size + 1) {
                break;
            }
            if (buffer.get(buffer.position()) == 'Z') {
                idle = buffer.get(buffer.position() + 5) == 'I';
            }
            buffer.position(buffer.position() + size + 1);
        }
        pending.reset();
        pending.write(buffer.array(), buffer.position(), buffer.remaining());
        return idle;
    }
}
