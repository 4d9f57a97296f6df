package dev.rework;

import java.time.OffsetDateTime;

/**
 * A captured line of a task.
 *
 * @param id rises within a task: the cursor to read on from
 * @param stream {@code stdout}, {@code stderr}, {@code log} or {@code rework} (our own remarks)
 * @param level {@code TRACE}, {@code DEBUG}, {@code INFO}, {@code WARNING} or {@code ERROR}
 * @param logger the logger's name when it came through one, else empty
 */
public record LogLine(
        long id,
        long task,
        int attempt,
        OffsetDateTime time,
        String stream,
        String level,
        String logger,
        String line) {}
