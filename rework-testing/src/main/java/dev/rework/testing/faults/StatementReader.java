package dev.rework.testing.faults;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Follows the messages a client sends (PostgreSQL documentation, "Message Formats") far enough to know which statement is
 * executed: a simple query, or the execution of one prepared before.
 */
final class StatementReader {

    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private final Map<String, String> prepared = new HashMap<>();
    private boolean started;

    /** Takes the next bytes; whether among them a statement is executed whose text contains {@code wanted}. */
    boolean read(byte[] bytes, int length, @Nullable String wanted) {
        pending.write(bytes, 0, length);
        ByteBuffer buffer = ByteBuffer.wrap(pending.toByteArray());
        boolean seen = false;
        int header = started ? 5 : 4;
        while (buffer.remaining() >= header) {
            int size = buffer.getInt(buffer.position() + header - 4);
            if (buffer.remaining() < size + header - 4) {
                break;
            }
            byte type = started ? buffer.get() : 0;
            buffer.getInt();
            byte[] body = new byte[size - 4];
            buffer.get(body);
            seen |= started && executes(type, body, wanted);
            started |= startsSession(type, body);
            header = started ? 5 : 4;
        }
        pending.reset();
        pending.write(buffer.array(), buffer.position(), buffer.remaining());
        return seen;
    }

    /** SSL and GSS requests (codes 80877103 and 80877104) come before the start-up message and look like it. */
    private boolean startsSession(byte type, byte[] body) {
        return type == 0 && body.length >= 4 && ByteBuffer.wrap(body).getInt() >>> 16 == 3;
    }

    private boolean executes(byte type, byte[] body, @Nullable String wanted) {
        String statement;
        if (type == 'P') {
            String name = text(body, 0);
            prepared.put(name, text(body, name.getBytes(StandardCharsets.UTF_8).length + 1));
            return false;
        } else if (type == 'B') {
            String portal = text(body, 0);
            String name = text(body, portal.getBytes(StandardCharsets.UTF_8).length + 1);
            statement = prepared.getOrDefault(name, "");
        } else if (type == 'Q') {
            statement = text(body, 0);
        } else {
            return false;
        }
        return wanted != null && statement.contains(wanted);
    }

    private static String text(byte[] body, int from) {
        int end = from;
        while (end < body.length && body[end] != 0) {
            end++;
        }
        return new String(body, from, end - from, StandardCharsets.UTF_8);
    }
}
