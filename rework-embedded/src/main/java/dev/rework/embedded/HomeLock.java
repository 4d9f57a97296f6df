package dev.rework.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** Held around starting and stopping only; the kernel frees it when its holder is killed. */
final class HomeLock implements AutoCloseable {

    // A file lock belongs to the whole JVM, so threads of one JVM need a lock of their own first.
    private static final ConcurrentHashMap<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private final ReentrantLock threads;
    private final FileChannel file;

    private HomeLock(ReentrantLock threads, FileChannel file) {
        this.threads = threads;
        this.file = file;
    }

    /** Waits for it. */
    static HomeLock on(Path home) throws IOException {
        ReentrantLock threads = THREADS.computeIfAbsent(home, h -> new ReentrantLock());
        threads.lock();
        FileChannel file = null;
        boolean held = false;
        try {
            file = FileChannel.open(home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            file.lock();
            held = true;
            return new HomeLock(threads, file);
        } finally {
            if (!held) {
                if (file != null) {
                    file.close();
                }
                threads.unlock();
            }
        }
    }

    @Override
    public void close() throws IOException {
        try {
            file.close();
        } finally {
            threads.unlock();
        }
    }
}
