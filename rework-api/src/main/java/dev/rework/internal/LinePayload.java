package dev.rework.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The content of a {@link Frame.Type#LINE} frame: {@code millis(8) stream(1) level(1) continues(1) loggerLength(1) logger
 * text}.
 *
 * @param millis when it was written, epoch milliseconds of the worker's clock
 * @param stream where it was written
 * @param level its level, one of {@link #LEVELS}
 * @param continues whether the same line goes on in the next LINE frame of the same stream
 * @param logger its logger, at most 255 bytes of UTF-8; empty for the standard streams
 * @param text the bytes of the line without its end
 */
public record LinePayload(long millis, Stream stream, String level, boolean continues, String logger, byte[] text) {

    /** Levels, lowest first. */
    public static final List<String> LEVELS = List.of("TRACE", "DEBUG", "INFO", "WARNING", "ERROR");

    private static final int FIXED = 12;

    /** Where a line came from; the stored name is the lower-case one. */
    public enum Stream {
        /** The task's standard output, and whatever its children print. */
        STDOUT,
        /** The task's standard error. */
        STDERR,
        /** A logging framework. */
        LOG;

        /** The name stored in column {@code stream}. */
        public String stored() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** How many bytes of text fit beside a logger's name. */
    public static int room(String logger) {
        return Frame.MAX_PAYLOAD - FIXED - loggerBytes(logger).length;
    }

    /** The frame; the text must fit {@link #room}. */
    @SuppressWarnings("EnumOrdinal") // both ends are of one build
    public Frame frame() {
        byte[] name = loggerBytes(logger);
        ByteBuffer buffer = ByteBuffer.allocate(FIXED + name.length + text.length);
        buffer.putLong(millis)
                .put((byte) stream.ordinal())
                .put((byte) Math.max(0, LEVELS.indexOf(level)))
                .put((byte) (continues ? 1 : 0))
                .put((byte) name.length)
                .put(name)
                .put(text);
        return new Frame(Frame.Type.LINE, buffer.array());
    }

    /** The same with another text, no longer than before. */
    public LinePayload with(byte[] other) {
        return other == text ? this : new LinePayload(millis, stream, level, continues, logger, other);
    }

    /** Reads it back. */
    public static LinePayload of(Frame frame) {
        ByteBuffer buffer = ByteBuffer.wrap(frame.payload());
        long millis = buffer.getLong();
        Stream stream = Stream.values()[buffer.get()];
        String level = LEVELS.get(buffer.get());
        boolean continues = buffer.get() == 1;
        byte[] name = new byte[buffer.get() & 0xff];
        buffer.get(name);
        byte[] text = new byte[buffer.remaining()];
        buffer.get(text);
        return new LinePayload(millis, stream, level, continues, new String(name, StandardCharsets.UTF_8), text);
    }

    private static byte[] loggerBytes(String logger) {
        byte[] bytes = logger.getBytes(StandardCharsets.UTF_8);
        return bytes.length <= 255 ? bytes : Arrays.copyOf(bytes, 255);
    }
}
