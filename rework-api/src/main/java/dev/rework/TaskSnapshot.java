package dev.rework;

import java.time.OffsetDateTime;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A task as one read found it; it does not change afterwards. All times are the database's.
 *
 * @param host the only host that may run it, empty for any that registered the operation
 * @param attempt how many attempts have begun
 * @param worker who runs it or ran it last
 * @param parent the task that scheduled it
 * @param error the stack trace of its last exception
 */
public record TaskSnapshot(
        long id,
        String operation,
        String domain,
        String host,
        TaskState state,
        @Nullable Cause cause,
        @Nullable String reason,
        int priority,
        int attempt,
        int maxAttempts,
        OffsetDateTime queued,
        OffsetDateTime runAt,
        @Nullable OffsetDateTime started,
        @Nullable OffsetDateTime finished,
        @Nullable Long worker,
        @Nullable Long parent,
        @Nullable Progress progress,
        Map<String, Object> metadata,
        @Nullable String error,
        @Nullable Long cpuMs,
        @Nullable Integer peakMb) {}
