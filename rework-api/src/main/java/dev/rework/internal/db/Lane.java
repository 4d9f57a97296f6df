package dev.rework.internal.db;

import org.jspecify.annotations.Nullable;

/**
 * What a worker serves: an operation on one host, or on any.
 *
 * @param host empty for tasks that any host may run
 */
public record Lane(long operation, String host) {

    // By hand: what a record makes itself is spun on its first use, which each worker's start would pay.
    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Lane lane && operation == lane.operation && host.equals(lane.host);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(operation) + host.hashCode();
    }
}
