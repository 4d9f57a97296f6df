package dev.rework;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An operation that runs by a cron rule: a snapshot of its row.
 *
 * @param host the only host its tasks may run on; empty for any that registered the operation
 * @param rule 5 fields, or 6 with seconds first
 * @param zone whose wall clock the rule reads
 * @param input JSON text, null when it has none, or who asks may not read inputs
 * @param missedMax how many missed or waiting instants are kept at most
 * @param jitter each task starts up to this much after its instant, at random
 * @param declared it stands in the code, as {@code @Operation(cron = …)}, and follows it at every registration
 * @param position the last instant that was decided upon
 * @param next the next instant, null when there is none: paused, or a rule that never fires
 * @param fired how many tasks it has made
 * @param skipped how many instants were given up, by policy
 * @param note the last remarkable thing: why an instant was given up or its task failed at once
 */
@SuppressWarnings("ArrayRecordComponent") // a snapshot: plans are told apart by id
public record Plan(
        long id,
        String operation,
        String domain,
        String host,
        String rule,
        ZoneId zone,
        @Nullable String input,
        byte @Nullable [] rawInput,
        Map<String, Object> metadata,
        Missed missed,
        int missedMax,
        Overlap overlap,
        Duration jitter,
        boolean paused,
        boolean declared,
        Instant position,
        @Nullable Instant next,
        long fired,
        long skipped,
        @Nullable String note) {
    /** Whether it will make a task by itself again. */
    public boolean fires() {
        return next != null;
    }
}
