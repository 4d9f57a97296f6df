package dev.rework;

import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** An attempt of a task that ended and was followed by another. The last attempt stands in the {@link TaskSnapshot}. */
public record Attempt(
        int attempt,
        @Nullable Long worker,
        Cause cause,
        @Nullable String reason,
        @Nullable String error,
        @Nullable OffsetDateTime started,
        OffsetDateTime finished,
        @Nullable Long cpuMs,
        @Nullable Integer peakMb) {}
