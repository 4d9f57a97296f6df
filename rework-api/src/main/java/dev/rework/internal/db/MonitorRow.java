package dev.rework.internal.db;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A monitor process as people see it.
 *
 * @param options its options as a JSON object
 * @param seen when it last renewed its lease
 * @param silent whether its lease has run out although it did not end
 * @param ended when it ended; null while it lives
 */
public record MonitorRow(
        long id,
        String host,
        String domain,
        int pid,
        String options,
        Instant started,
        Instant seen,
        boolean silent,
        @Nullable Instant ended) {}
