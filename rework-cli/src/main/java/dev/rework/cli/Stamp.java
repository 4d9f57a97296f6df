package dev.rework.cli;

import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** How a moment is written. */
final class Stamp {
    private static final DateTimeFormatter PEOPLE =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss.SSSSSSxxx", Locale.ROOT);
    private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private Stamp() {}

    /** ISO 8601 with its offset, for JSON and CSV. */
    static @Nullable String iso(@Nullable OffsetDateTime moment) {
        return moment == null ? null : DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(moment);
    }

    /** With microseconds and offset, as the ancestor's lists have it, in this machine's zone. */
    static String people(OffsetDateTime moment) {
        return PEOPLE.format(moment.atZoneSameInstant(ZoneId.systemDefault()));
    }

    /** To the second in this machine's zone, as in front of captured lines. */
    static String seconds(OffsetDateTime moment) {
        return SECONDS.format(moment.atZoneSameInstant(ZoneId.systemDefault()));
    }
}
