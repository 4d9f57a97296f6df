package dev.rework.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.Eventually;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.locks.ReentrantLock;
import org.junit.jupiter.api.Test;

class ThreadDumpTest {

    @Test
    void saysWhoIsWhereInEveryDetail() {
        for (ThreadDump.Detail detail : ThreadDump.Detail.values()) {
            assertThat(ThreadDump.take(detail))
                    .contains("\"" + Thread.currentThread().getName() + "\" #")
                    .contains("dev.rework.worker.ThreadDumpTest.saysWhoIsWhereInEveryDetail(ThreadDumpTest.java:");
        }
        assertThat(ThreadDump.isPrepared()).isTrue();
    }

    @Test
    void aDeadlockIsNamed() {
        ReentrantLock left = new ReentrantLock();
        ReentrantLock right = new ReentrantLock();
        CyclicBarrier both = new CyclicBarrier(2);
        List<Thread> threads = List.of(
                new Thread(() -> lockBoth(left, right, both), "lefty"),
                new Thread(() -> lockBoth(right, left, both), "righty"));
        threads.forEach(Thread::start);
        try {
            Eventually.isTrue("both wait", () -> left.hasQueuedThreads() && right.hasQueuedThreads());
            assertThat(ThreadDump.take(ThreadDump.Detail.DEADLOCKS))
                    .contains("Deadlock of these threads:")
                    .contains("\"lefty\" waits for java.util.concurrent.locks.ReentrantLock");
        } finally {
            threads.forEach(Thread::interrupt);
        }
    }

    private static void lockBoth(ReentrantLock first, ReentrantLock second, CyclicBarrier both) {
        first.lock();
        try {
            both.await();
            second.lockInterruptibly();
            second.unlock();
        } catch (InterruptedException | java.util.concurrent.BrokenBarrierException e) {
            Thread.currentThread().interrupt();
        } finally {
            first.unlock();
        }
    }
}
