package dev.rework.monitor;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Reads one worker's pipe in a thread of its own until it ends; waits for nothing but the pipe and the log's queue. */
final class PipeReader {

    private static final long QUIET_NANOS = TimeUnit.MILLISECONDS.toNanos(300);

    private final InputStream pipe;
    private final WorkerOutput output;
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile long readAt = System.nanoTime();
    private volatile boolean reading;

    PipeReader(InputStream pipe, WorkerOutput output) {
        this.pipe = pipe;
        this.output = output;
    }

    void start(String name) {
        Thread thread = new Thread(this::read, name);
        thread.setDaemon(true);
        thread.start();
    }

    private void read() {
        byte[] bytes = new byte[64 * 1024];
        try {
            for (int length = pipe.read(bytes); length >= 0; length = pipe.read(bytes)) {
                reading = true;
                output.feed(bytes, length);
                readAt = System.nanoTime();
                reading = false;
            }
        } catch (IOException closed) {
            // As good as the end: the process is gone.
            reading = false;
        } finally {
            ended.countDown();
        }
    }

    /**
     * After the process's end: waits until the pipe has ended or nothing more comes, since a grandchild may hold it open.
     *
     * @return whether the pipe ended
     */
    boolean drain(long millis) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() < end || reading) {
            if (ended.await(10, TimeUnit.MILLISECONDS)) {
                return true;
            }
        }
        return false;
    }

    /** Shows an unfinished line when nothing has come for a while. */
    void tick() {
        if (!reading && System.nanoTime() - readAt > QUIET_NANOS) {
            output.pause();
        }
    }
}
