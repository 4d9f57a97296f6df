package dev.rework.internal;

import dev.rework.Moment;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.Base64;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What a string of a schema must be: its JSON Schema {@code format}, its name in forms, what it accepts. */
enum TextFormat {
    PLAIN("", "string", "a string"),
    CHARACTER("char", "string", "one character"),
    FILE("base64", "file", "base64"),
    DATE_TIME("date-time", "datetime", "a date, time and offset such as 2021-01-31T09:00:00Z"),
    ZONED_DATE_TIME("zoned-date-time", "datetime", "a date, time and zone such as 2021-01-31T09:00:00Z"),
    LOCAL_DATE_TIME("local-date-time", "datetime", "a date and time such as 2021-01-31T09:00:00"),
    DATE("date", "date", "a date such as 2021-01-31"),
    LOCAL_TIME("local-time", "time", "a time such as 09:00:00"),
    DURATION("duration", "duration", "a duration such as PT1M30S"),
    ID("uuid", "string", "a UUID"),
    ADDRESS("uri", "string", "a URI"),
    MOMENT("moment", "moment", "a moment expression");

    private final String format;
    private final String formType;
    private final String meaning;

    TextFormat(String format, String formType, String meaning) {
        this.format = format;
        this.formType = formType;
        this.meaning = meaning;
    }

    String format() {
        return format;
    }

    String formType() {
        return formType;
    }

    String meaning() {
        return meaning;
    }

    static TextFormat of(String format) {
        for (TextFormat known : values()) {
            if (known.format.equals(format)) {
                return known;
            }
        }
        return PLAIN;
    }

    /** Why a text is not of this format, or null when it is. */
    @Nullable
    String refuses(String text) {
        try {
            parse(text);
            return null;
        } catch (RuntimeException e) {
            return this == MOMENT ? String.valueOf(e.getMessage()) : "is not " + meaning;
        }
    }

    private Object parse(String text) {
        return switch (this) {
            case PLAIN -> text;
            case CHARACTER -> {
                if (text.length() != 1) {
                    throw new IllegalArgumentException(text);
                }
                yield text;
            }
            case FILE -> Base64.getDecoder().decode(text);
            case DATE_TIME -> OffsetDateTime.parse(text);
            case ZONED_DATE_TIME -> ZonedDateTime.parse(text);
            case LOCAL_DATE_TIME -> LocalDateTime.parse(text);
            case DATE -> LocalDate.parse(text);
            case LOCAL_TIME -> LocalTime.parse(text);
            case DURATION -> Duration.parse(text);
            case ID -> uuid(text);
            case ADDRESS -> URI.create(text);
            case MOMENT -> Moment.of(text);
        };
    }

    /** {@code UUID.fromString} takes also shortened ones, which are other ones. */
    private static UUID uuid(String text) {
        UUID uuid = UUID.fromString(text);
        if (text.length() != 36) {
            throw new IllegalArgumentException(text);
        }
        return uuid;
    }

    /**
     * The exact form of what somebody typed: dates may be loose, a file is its text.
     *
     * @throws IllegalArgumentException when it is not of this format
     */
    String typed(String text) {
        return switch (this) {
            case PLAIN, CHARACTER, DURATION, ID, ADDRESS, MOMENT, LOCAL_TIME, ZONED_DATE_TIME -> text;
            case FILE -> Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
            case DATE -> LooseDate.parse(text).time().toLocalDate().toString();
            case LOCAL_DATE_TIME -> LooseDate.parse(text).time().toString();
            case DATE_TIME -> {
                LooseDate date = LooseDate.parse(text);
                ZoneOffset offset = date.offset();
                if (offset == null) {
                    throw new IllegalArgumentException(
                            "\"" + text + "\" needs an offset, such as " + date.time() + "Z");
                }
                yield date.time().atOffset(offset).toString();
            }
        };
    }
}
