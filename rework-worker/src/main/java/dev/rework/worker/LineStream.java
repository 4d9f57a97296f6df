package dev.rework.worker;

import dev.rework.internal.LinePayload;
import dev.rework.internal.LinePayload.Stream;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.util.Arrays;

/**
 * Bytes of a standard stream, sent as lines. Text without a line end waits for the rest of its line, but no longer than
 * until a {@link #flush}: it is sent as a piece of a line that goes on. Threads may share it; it never throws.
 */
final class LineStream extends OutputStream {
    private static final String LOGGER = "";
    private static final int ROOM = LinePayload.room(LOGGER);

    private final Pipe pipe;
    private final Stream stream;
    private final String level;
    private final byte[] pending = new byte[ROOM];
    private int size;
    /** Whether a piece was sent of a line that has not ended yet. */
    private boolean open;

    LineStream(Pipe pipe, Stream stream, String level) {
        this.pipe = pipe;
        this.stream = stream;
        this.level = level;
    }

    @Override
    public synchronized void write(int b) {
        add((byte) b);
    }

    @Override
    public synchronized void write(byte[] bytes, int from, int length) {
        for (int i = from; i < from + length; i++) {
            add(bytes[i]);
        }
    }

    private void add(byte b) {
        if (b == '\n') {
            int end = size > 0 && pending[size - 1] == '\r' ? size - 1 : size;
            send(end, false);
        } else {
            if (size == ROOM) {
                sendPiece();
            }
            pending[size++] = b;
        }
    }

    /** Sends what there is of an unfinished line; the line goes on. */
    @Override
    public synchronized void flush() {
        if (size > 0) {
            sendPiece();
        }
    }

    /** Ends an unfinished line: its task has ended. */
    synchronized void endLine() {
        if (size > 0 || open) {
            send(size, false);
        }
    }

    /** Closing a standard stream ends nothing: others print too. */
    @Override
    public void close() {
        flush();
    }

    /** Keeps a character that is not whole yet, and a CR that may belong to the line's end, for the next piece. */
    private void sendPiece() {
        int whole = wholeCharacters();
        if (whole > 1 && pending[whole - 1] == '\r') {
            whole--;
        }
        byte[] rest = Arrays.copyOfRange(pending, whole, size);
        if (whole > 0) {
            send(whole, true);
        }
        System.arraycopy(rest, 0, pending, 0, rest.length);
        size = rest.length;
    }

    private int wholeCharacters() {
        int start = size;
        while (start > 0 && size - start < 3 && (pending[start - 1] & 0xC0) == 0x80) {
            start--;
        }
        if (start == 0) {
            return size;
        }
        int lead = pending[start - 1] & 0xFF;
        int needs = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
        int has = size - start + 1;
        boolean broken = needs > has;
        return broken && start > 1 ? start - 1 : size;
    }

    private void send(int length, boolean continues) {
        byte[] text = Arrays.copyOf(pending, length);
        size = 0;
        open = continues;
        pipe.send(new LinePayload(System.currentTimeMillis(), stream, level, continues, LOGGER, text));
    }

    /** A line of text of a logger, split at line ends and at what fits a frame. */
    static void log(Pipe pipe, String logger, String level, String text) {
        byte[] bytes = text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        int room = LinePayload.room(logger);
        long now = System.currentTimeMillis();
        ByteArrayOutputStream line = new ByteArrayOutputStream(Math.min(bytes.length, room));
        for (int i = 0; i <= bytes.length; i++) {
            boolean end = i == bytes.length || bytes[i] == '\n';
            boolean split = !end && line.size() >= room - 3 && (bytes[i] & 0xC0) != 0x80;
            if (end || split) {
                pipe.send(new LinePayload(now, Stream.LOG, level, split, logger, line.toByteArray()));
                line.reset();
            }
            if (!end) {
                line.write(bytes[i]);
            }
        }
    }
}
