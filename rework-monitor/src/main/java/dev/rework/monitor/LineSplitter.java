package dev.rework.monitor;

import dev.rework.internal.PlainText;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * Makes lines of bytes that come in pieces: ended by LF, CR LF or, for progress displays, by a CR alone; cut after 64 KiB.
 * Invalid UTF-8 and NULs become visible replacements. For one thread.
 */
final class LineSplitter {

    /** The longest line in bytes; a longer one goes on in the next. */
    static final int MAX = 64 * 1024;

    private final Consumer<String> lines;
    private byte[] held = new byte[256];
    private int size;
    private boolean afterReturn;
    private boolean cut;

    LineSplitter(Consumer<String> lines) {
        this.lines = lines;
    }

    /** Takes the next bytes. */
    void feed(byte[] bytes, int from, int to) {
        int begin = from;
        for (int at = from; at < to; at++) {
            byte b = bytes[at];
            if (b == '\n' || b == '\r') {
                hold(bytes, begin, at);
                begin = at + 1;
                if (b == '\r' || !afterReturn) {
                    end(b == '\n');
                }
                afterReturn = b == '\r';
            } else {
                afterReturn = false;
            }
        }
        hold(bytes, begin, to);
    }

    /** Whether a line has begun and not ended. */
    boolean hasRest() {
        return size > 0;
    }

    /** What has begun is a line. */
    void flush() {
        if (size > 0) {
            emit(size);
        }
        cut = false;
        afterReturn = false;
    }

    /** An empty line counts, but for one that only ends a line cut at its full length, or overwrites nothing. */
    private void end(boolean countsEmpty) {
        if (size > 0 || countsEmpty && !cut) {
            emit(size);
        }
        cut = false;
    }

    private void hold(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to) {
            int part = Math.min(to - at, MAX - size);
            if (size + part > held.length) {
                held = Arrays.copyOf(held, Math.min(MAX, Math.max(2 * held.length, size + part)));
            }
            System.arraycopy(bytes, at, held, size, part);
            size += part;
            at += part;
            if (size == MAX) {
                emit(wholeCharacters());
                cut = true;
            }
        }
    }

    /** How many bytes end with a whole character: all, when the last ones are no UTF-8 anyway. */
    private int wholeCharacters() {
        int lead = size - 1;
        while (lead > size - 4 && (held[lead] & 0xc0) == 0x80) {
            lead--;
        }
        int b = held[lead] & 0xff;
        int length = b >= 0xf0 ? 4 : b >= 0xe0 ? 3 : b >= 0xc0 ? 2 : 1;
        return lead + length > size ? lead : size;
    }

    private void emit(int length) {
        String line = PlainText.clean(new String(held, 0, length, StandardCharsets.UTF_8));
        System.arraycopy(held, length, held, 0, size - length);
        size -= length;
        lines.accept(line);
    }
}
