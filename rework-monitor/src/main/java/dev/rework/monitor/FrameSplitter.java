package dev.rework.monitor;

import dev.rework.internal.Frame;
import java.util.Arrays;

/** Parts a worker's byte stream into frames and what stands between them. For one thread. */
final class FrameSplitter {

    /** Takes the parts in their order. */
    interface Sink {
        void frame(Frame frame);

        /** Unframed bytes, valid during the call. */
        void text(byte[] bytes, int from, int to);
    }

    private final byte[] nonce;
    private final Sink sink;
    private byte[] held = new byte[0];

    FrameSplitter(byte[] nonce, Sink sink) {
        this.nonce = nonce.clone();
        this.sink = sink;
    }

    /** Takes the next bytes. */
    void feed(byte[] read, int length) {
        byte[] bytes = read;
        int to = length;
        if (held.length > 0) {
            bytes = Arrays.copyOf(held, held.length + length);
            System.arraycopy(read, 0, bytes, held.length, length);
            to = bytes.length;
        }
        int rest = split(bytes, to);
        held = rest == to ? new byte[0] : Arrays.copyOfRange(bytes, rest, to);
    }

    /** There will be no more: what might have become a frame is text. */
    void end() {
        sink.text(held, 0, held.length);
        held = new byte[0];
    }

    /** Splits; answers from where on more bytes are needed to tell. */
    private int split(byte[] bytes, int to) {
        int text = 0;
        int at = 0;
        while (at < to) {
            if (bytes[at] != Frame.MARK) {
                at++;
                continue;
            }
            Frame.Parsed parsed = Frame.parse(bytes, at, to, nonce);
            Frame frame = parsed.frame();
            if (frame != null) {
                emit(bytes, text, at);
                sink.frame(frame);
                at += parsed.size();
                text = at;
            } else if (parsed.size() < 0) {
                break;
            } else {
                at++;
            }
        }
        emit(bytes, text, at);
        return at;
    }

    private void emit(byte[] bytes, int from, int to) {
        if (to > from) {
            sink.text(bytes, from, to);
        }
    }
}
