package dev.rework.bench.peers;

import java.util.concurrent.CountDownLatch;

/** A job queue as this bench drives it. Used by one thread; {@link Progress} by its workers. */
interface Peer extends AutoCloseable {
    /** Adds one job that does nothing. */
    void enqueue(int number) throws Exception;

    /** Adds jobs {@code from} to {@code from + count}, as fast as its interface allows. */
    void enqueueAll(int from, int count) throws Exception;

    /** Lets its workers begin. */
    void start() throws Exception;

    @Override
    void close();

    /** When jobs were run. Threads share it. */
    final class Progress {
        private final long[] at;
        private final java.util.concurrent.atomic.AtomicInteger count = new java.util.concurrent.atomic.AtomicInteger();
        private final CountDownLatch all;

        Progress(int jobs) {
            this.at = new long[jobs];
            this.all = new CountDownLatch(jobs);
        }

        void ran() {
            int i = count.getAndIncrement();
            if (i < at.length) {
                at[i] = System.nanoTime();
                all.countDown();
            }
        }

        void await() throws InterruptedException {
            all.await();
        }

        double rateFrom(long began) {
            return at.length / ((at[at.length - 1] - began) / 1e9);
        }

        double steady() {
            int tenth = at.length / 10;
            return (at.length - 2.0 * tenth) / ((at[at.length - 1 - tenth] - at[tenth]) / 1e9);
        }

        int ranSoFar() {
            return count.get();
        }

        long last() {
            return at[Math.min(count.get(), at.length) - 1];
        }
    }
}
