package dev.rework.internal.db;

import org.jspecify.annotations.Nullable;

/**
 * A claimed task.
 *
 * @param attempt the attempt this is, once it begins
 * @param metadata JSON, null when there is none
 * @param large whether the inputs were left out, being long: {@link TaskQueue#inputs} reads them
 */
public record Claim(
        long id,
        int attempt,
        Place place,
        @Nullable String input,
        byte @Nullable [] rawInput,
        @Nullable String metadata,
        boolean large) {}
