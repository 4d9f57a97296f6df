package dev.rework.internal;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What a worker tells its monitor through its one output pipe, amid whatever the task and its children print there.
 *
 * <p>A frame is {@code 0x01 'r' 'w' nonce(8) type(1) length(4 hex digits) payload}. It is at most {@value #MAX} bytes
 * (PIPE_BUF on Linux) and leaves in one write, so the kernel keeps it whole beside native output (POSIX {@code write},
 * on PIPE_BUF). The nonce, new for each worker, keeps printed text from passing for a frame. Bytes outside frames are
 * unframed output: stream stdout, level INFO, of the task that was begun last.
 *
 * @param type what it says
 * @param payload its content, as {@link Type} describes
 */
public record Frame(Type type, byte[] payload) {

    /** The largest frame, header included. */
    public static final int MAX = 4096;

    /** Header bytes before the payload. */
    public static final int HEADER = 16;

    /** The largest payload. */
    public static final int MAX_PAYLOAD = MAX - HEADER;

    /** The first byte of every frame. */
    public static final byte MARK = 1;

    /** Kinds of frames. Payloads are UTF-8 text with tab-separated fields, but for {@link #LINE}. */
    public enum Type {
        /** The worker is up: {@code pid}. */
        HELLO('H'),
        /**
         * A task begins: {@code task attempt timeoutMillis(0 = none) graceMillis}, and one field more when it is the last
         * that this worker may run. What follows is its output.
         */
        BEGIN('B'),
        /** The task in hand has ended and no other follows at once: {@code task attempt}. */
        END('E'),
        /** A captured line or a piece of one: {@link LinePayload}. */
        LINE('L'),
        /** Store every line sent so far, then answer {@link Control.Synced} with the same number: {@code number}. */
        SYNC('S'),
        /** The task in hand waits for another task: {@code task attempt}. */
        PARKED('P'),
        /** It waits no more: {@code task attempt}. */
        UNPARKED('U'),
        /** Answer to {@link Control.Drop}: the claim was not begun and never will be: {@code task attempt}. */
        DROPPED('D'),
        /** Answer to {@link Control.Drop}: it has begun: {@code task attempt}. */
        BEGUN('N'),
        /** Answer to {@link Control.Drop}: not held, or ended with its outcome on the way: {@code task attempt}. */
        GONE('G'),
        /** Answer to {@link Control.Release} and {@link Control.End}: what had ended is settled, the unbegun is given back. Empty. */
        RELEASED('R'),
        /** A piece of a thread dump: {@code number}, {@code 0 or 1 (1 = last piece)}, text. */
        DUMP('T'),
        /** A text to be taken out of the lines of the task in hand, sealed with {@link KeyRing} for {@code pipe}. */
        SECRET('X'),
        /** The lowest level kept from here on for the task in hand: {@code level}. */
        LEVEL('V'),
        /** The worker ends by itself, with the reason for its row: {@code reason}. */
        BYE('Y');

        private final char code;

        Type(char code) {
            this.code = code;
        }

        private static @Nullable Type of(byte code) {
            for (Type type : values()) {
                if (type.code == code) {
                    return type;
                }
            }
            return null;
        }
    }

    /** A frame of text fields, joined by tabs; longer text than fits is cut. */
    public static Frame of(Type type, Object... fields) {
        StringBuilder text = new StringBuilder();
        for (Object field : fields) {
            if (text.length() > 0) {
                text.append('\t');
            }
            text.append(field);
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        return new Frame(type, bytes.length <= MAX_PAYLOAD ? bytes : Arrays.copyOf(bytes, MAX_PAYLOAD));
    }

    /** The payload as text. */
    public String text() {
        return new String(payload, StandardCharsets.UTF_8);
    }

    /** The payload's tab-separated fields. */
    public String[] fields() {
        return text().split("\t", -1);
    }

    /**
     * The bytes for one write.
     *
     * @param nonce the worker's 8 ASCII characters
     */
    public byte[] bytes(byte[] nonce) {
        if (payload.length > MAX_PAYLOAD) {
            throw new IllegalArgumentException("a frame holds " + MAX_PAYLOAD + " bytes, not " + payload.length);
        }
        byte[] bytes = new byte[HEADER + payload.length];
        System.arraycopy(head(nonce), 0, bytes, 0, 11);
        bytes[11] = (byte) type.code;
        for (int i = 0; i < 4; i++) {
            bytes[15 - i] = (byte) Character.forDigit((payload.length >> (4 * i)) & 0xf, 16);
        }
        System.arraycopy(payload, 0, bytes, HEADER, payload.length);
        return bytes;
    }

    /**
     * Reads the frame that begins at {@code from}, if one does.
     *
     * @return the frame; {@link Parsed#MORE} when the bytes so far may become one; {@link Parsed#NONE} when they can not
     */
    public static Parsed parse(byte[] bytes, int from, int to, byte[] nonce) {
        byte[] head = head(nonce);
        for (int i = 0; i < head.length; i++) {
            if (from + i >= to) {
                return Parsed.MORE;
            }
            if (bytes[from + i] != head[i]) {
                return Parsed.NONE;
            }
        }
        if (to - from < HEADER) {
            return Parsed.MORE;
        }
        Type type = Type.of(bytes[from + 11]);
        int length = 0;
        for (int i = 12; i < HEADER; i++) {
            int digit = Character.digit(bytes[from + i], 16);
            if (digit < 0) {
                return Parsed.NONE;
            }
            length = length << 4 | digit;
        }
        if (type == null || length > MAX_PAYLOAD) {
            return Parsed.NONE;
        }
        if (to - from < HEADER + length) {
            return Parsed.MORE;
        }
        byte[] payload = Arrays.copyOfRange(bytes, from + HEADER, from + HEADER + length);
        return new Parsed(new Frame(type, payload), HEADER + length);
    }

    private static byte[] head(byte[] nonce) {
        byte[] head = new byte[11];
        head[0] = MARK;
        head[1] = 'r';
        head[2] = 'w';
        System.arraycopy(nonce, 0, head, 3, 8);
        return head;
    }

    /**
     * What was found.
     *
     * @param frame the frame, or null
     * @param size how many bytes it took; 0 for {@link #NONE}, -1 for {@link #MORE}
     */
    public record Parsed(@Nullable Frame frame, int size) {
        /** No frame begins here. */
        public static final Parsed NONE = new Parsed(null, 0);
        /** Not enough bytes yet to tell. */
        public static final Parsed MORE = new Parsed(null, -1);
    }
}
