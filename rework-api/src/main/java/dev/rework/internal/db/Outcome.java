package dev.rework.internal.db;

import org.jspecify.annotations.Nullable;

/**
 * How an attempt ended.
 *
 * @param done false for an exception of its own
 * @param sinceNanos when it began, by {@link System#nanoTime}
 * @param endedNanos when it ended
 * @param cpuMs what it used; not stored when this and {@code peakMb} are 0: not measured
 * @param peakMb the most resident memory of its process
 * @param retryMs after how long it may run again; negative for never
 */
public record Outcome(
        long id,
        int attempt,
        boolean done,
        @Nullable String output,
        byte @Nullable [] rawOutput,
        @Nullable String error,
        @Nullable String reason,
        long sinceNanos,
        long endedNanos,
        long cpuMs,
        int peakMb,
        long retryMs) {}
