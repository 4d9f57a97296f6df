package dev.rework.internal.db;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A worker process as people see it.
 *
 * @param state {@code starting}, {@code idle}, {@code busy}, {@code stopping} or {@code dead}
 * @param task the task it runs now, null when none
 * @param started when it reported in; null when it never did
 * @param deathinfo why it ended; null while it lives
 */
public record WorkerRow(
        long id,
        String host,
        String domain,
        @Nullable Integer pid,
        @Nullable Long monitor,
        String state,
        @Nullable Long task,
        int memoryMb,
        int cpuPercent,
        @Nullable Integer debugPort,
        long runs,
        Instant created,
        @Nullable Instant started,
        @Nullable Instant finished,
        @Nullable String deathinfo) {

    /** Which to list: null is any; the newest {@code limit} with an id above {@code after}, oldest of them first. */
    public record Filter(
            @Nullable String domain,
            @Nullable String host,
            @Nullable String state,
            int limit,
            long after) {}
}
