package dev.rework.worker;

import dev.rework.internal.HandCell;
import dev.rework.internal.WorkerLaunch;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A second reading end of this process's own output pipe. While it is open the pipe does not break when the monitor dies: a
 * shell that the task runs would be killed by its next word. Then what is written goes into a bounded file, which the next
 * monitor stores.
 */
final class OwnOutput {
    private static final Path STDOUT = Path.of("/proc/self/fd/1");
    private static final long MOST_BYTES = 16L << 20;
    private static final long PATIENCE_NANOS = 1_000_000_000;

    private final @Nullable InputStream pipe;
    private final Path spool;
    private final String nonce;
    private volatile boolean draining;
    private volatile boolean moving;

    private OwnOutput(@Nullable InputStream pipe, Path spool, String nonce) {
        this.pipe = pipe;
        this.spool = spool;
        this.nonce = nonce;
    }

    /** Opens it, where there is such a thing. */
    static OwnOutput open(WorkerLaunch launch) {
        Path spool = HandCell.spool(Path.of(launch.hand()));
        try {
            if (Files.readSymbolicLink(STDOUT).toString().startsWith("pipe:")) {
                return new OwnOutput(new FileInputStream(STDOUT.toFile()), spool, launch.nonce());
            }
        } catch (IOException | UnsupportedOperationException notHere) {
            // Another system: what is written after the monitor's death is lost.
        }
        return new OwnOutput(null, spool, launch.nonce());
    }

    /** The monitor is gone: keeps what is written from here on, and what it had not read. */
    void drain() {
        InputStream own = pipe;
        if (own != null && !draining) {
            draining = true;
            Thread thread = new Thread(() -> drain(own), "rework-spool");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void drain(InputStream own) {
        byte[] bytes = new byte[64 * 1024];
        long kept = 0;
        try (OutputStream file = Files.newOutputStream(spool)) {
            file.write((nonce + "\n").getBytes(StandardCharsets.US_ASCII));
            while (true) {
                int length = own.read(bytes);
                moving = true;
                if (kept < MOST_BYTES) {
                    file.write(bytes, 0, length);
                    kept += length;
                }
                moving = false;
            }
        } catch (IOException full) {
            discard(own, bytes);
        }
    }

    /** Whoever writes must not wait for a reader that there is none of. */
    private static void discard(InputStream own, byte[] bytes) {
        try {
            while (own.read(bytes) >= 0) {}
        } catch (IOException closed) {
            // The end of the process.
        }
    }

    /** Before the end: waits a moment until the file has what was written. */
    void finish() {
        InputStream own = pipe;
        long end = System.nanoTime() + PATIENCE_NANOS;
        try {
            while (draining && own != null && (moving || own.available() > 0) && System.nanoTime() - end < 0) {
                LockSupport.parkNanos(1_000_000);
            }
        } catch (IOException closed) {
            // Nothing to wait for.
        }
    }
}
