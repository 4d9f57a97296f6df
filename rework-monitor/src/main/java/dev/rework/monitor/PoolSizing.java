package dev.rework.monitor;

/**
 * How many workers a queue deserves. Pure.
 *
 * @param start how many to start now
 * @param stop how many idle ones to end politely now, 0 or 1
 */
record PoolSizing(int start, int stop) {

    /**
     * What a pool looks like.
     *
     * @param min workers kept when nothing is queued
     * @param max workers at most, parked ones not counted
     * @param total living processes that have not been told to end, starting and parked ones included
     * @param ending living processes that have been told to end
     * @param starting those that have not reported in, or wait for another's end
     * @param idle those with nothing in hand
     * @param parked those whose task waits for another task
     * @param last those that run the last task they may run: each makes room for one more, which waits for its end
     * @param queued tasks that wait for a worker, possibly counted up to a bound only
     */
    record Pool(int min, int max, int total, int ending, int starting, int idle, int parked, int last, int queued) {
        /** The same with another queue. */
        Pool queued(int other) {
            return new Pool(min, max, total, ending, starting, idle, parked, last, other);
        }
    }

    /** Decides. */
    static PoolSizing of(Pool pool) {
        int counted = pool.total - pool.parked;
        int wanted = pool.queued - pool.idle - pool.starting;
        int start = Math.max(wanted, pool.min - counted + pool.last);
        start = Math.min(start, pool.max - counted + pool.last);
        // Processes that are about to end still hold memory and a connection: they count for the hard cap.
        start = Math.min(start, 2 * pool.max - pool.total - pool.ending);
        int stop = pool.queued == 0 && pool.idle > pool.min && counted > pool.min ? 1 : 0;
        return new PoolSizing(Math.max(0, start), start > 0 ? 0 : stop);
    }
}
