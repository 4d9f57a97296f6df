package dev.rework.embedded;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** Held around starting and stopping only; the kernel frees it when its holder is killed. */
final class HomeLock {

    // A file lock belongs to the whole JVM, so threads of one JVM need a lock of their own first.
    private static final ConcurrentHashMap<Path, ReentrantLock> THREADS = new ConcurrentHashMap<>();

    private HomeLock() {}

    /** What is done under the lock. */
    @FunctionalInterface
    interface Action<T> {
        T run() throws IOException, SQLException;
    }

    /** Waits for the lock, does something, and gives it back. */
    static <T> T during(Path home, Action<T> action) throws IOException, SQLException {
        ReentrantLock threads = THREADS.computeIfAbsent(home, h -> new ReentrantLock());
        threads.lock();
        try (FileChannel file =
                FileChannel.open(home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE)) {
            file.lock();
            return action.run();
        } finally {
            threads.unlock();
        }
    }
}
