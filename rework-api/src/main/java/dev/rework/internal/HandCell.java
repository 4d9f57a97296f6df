package dev.rework.internal;

import java.io.IOException;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Which claims a worker has begun: a small memory-mapped file that outlives the process's sudden death, since the kernel
 * keeps the page. It remembers the last {@value #SLOTS} beginnings, more than a batch holds; a claim that stands in the
 * database as held by a dead worker and is not among them was never begun.
 *
 * <p>Written by the worker's one thread (but {@link #distrust}), read by a monitor after the worker's death.
 */
public final class HandCell {

    /** How many beginnings are remembered. */
    public static final int SLOTS = 1024;

    private static final int SIZE = 8 + SLOTS * 16;
    private static final int DISTRUSTED = SIZE;

    private final ByteBuffer bytes;
    private long count;

    private HandCell(ByteBuffer bytes) {
        this.bytes = bytes.order(ByteOrder.nativeOrder());
        bytes.putLong(0, 0);
        bytes.putLong(DISTRUSTED, 0);
    }

    /** A beginning. */
    public record Begun(long task, int attempt) {}

    /** Makes the file anew, with nothing begun. The mapping stays until the process ends. */
    public static HandCell create(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new HandCell(channel.map(FileChannel.MapMode.READ_WRITE, 0, SIZE + Long.BYTES));
        }
    }

    /** Where the worker of a cell keeps what it writes once its monitor is gone: a line with the nonce, then the bytes. */
    public static Path spool(Path cell) {
        return cell.resolveSibling(cell.getFileName() + ".spool");
    }

    /** Says that this attempt begins; must be called before its method is. */
    public void begin(long task, int attempt) {
        int slot = 8 + (int) (count % SLOTS) * 16;
        bytes.putLong(slot, task);
        bytes.putLong(slot + 8, attempt);
        count++;
        // A fence and plain writes: a view VarHandle costs each worker's start some milliseconds.
        VarHandle.releaseFence();
        bytes.putLong(0, count);
    }

    /** Says that the worker halts since it may not be believed any more. Any thread may. */
    public void distrust() {
        bytes.putLong(DISTRUSTED, 1);
    }

    /** Whether the worker said so; also true of one of an earlier version, which had no way to say it. */
    public static boolean isDistrusted(Path file) throws IOException {
        byte[] content;
        try {
            content = Files.readAllBytes(file);
        } catch (NoSuchFileException gone) {
            return false;
        }
        return content.length <= DISTRUSTED
                || ByteBuffer.wrap(content).order(ByteOrder.nativeOrder()).getLong(DISTRUSTED) != 0;
    }

    /** What a worker has begun, oldest first; empty when there is no such file. */
    public static List<Begun> read(Path file) throws IOException {
        List<Begun> begun = new ArrayList<>();
        byte[] content;
        try {
            content = Files.readAllBytes(file);
        } catch (NoSuchFileException gone) {
            return begun;
        }
        if (content.length < SIZE) {
            return begun;
        }
        ByteBuffer buffer = ByteBuffer.wrap(content).order(ByteOrder.nativeOrder());
        long count = buffer.getLong(0);
        for (long i = Math.max(0, count - SLOTS); i < count; i++) {
            int slot = 8 + (int) (i % SLOTS) * 16;
            begun.add(new Begun(buffer.getLong(slot), (int) buffer.getLong(slot + 8)));
        }
        return begun;
    }
}
