package dev.rework.cli;

import dev.rework.internal.Limits;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations and moments as options give them. */
final class Moments {
    private static final Pattern SHORT = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|s|m|h|d)");

    private Moments() {}

    /** ISO 8601 ({@code PT5S}, {@code P30D}), or a number with its unit ({@code 5s}, {@code 2m}, {@code 1h}, {@code 30d}). */
    static Duration duration(String option, String text) {
        Matcher matcher = SHORT.matcher(text.toLowerCase(Locale.ROOT));
        try {
            Duration duration = matcher.matches()
                    ? shortOne(Double.parseDouble(matcher.group(1)), matcher.group(2))
                    : Duration.parse(text);
            if (duration.compareTo(Limits.DURATION) > 0) {
                throw new Refusal(
                        ExitCode.USAGE,
                        option + " must be at most " + Limits.DURATION.toDays() + " days, not `" + text + "`");
            }
            if (!duration.isNegative()) {
                return duration;
            }
        } catch (DateTimeParseException | ArithmeticException e) {
            // refused below
        }
        throw new Refusal(
                ExitCode.USAGE, option + " must be a duration such as PT5S, PT10M or P30D, not `" + text + "`");
    }

    private static Duration shortOne(double number, String unit) {
        double millis = switch (unit) {
            case "ms" -> 1;
            case "s" -> 1_000;
            case "m" -> 60_000;
            case "h" -> 3_600_000;
            default -> 86_400_000;
        };
        return Duration.ofMillis(Math.round(number * millis));
    }

    /** ISO 8601 with or without an offset; without one it is this machine's time. */
    static Instant moment(String option, String text) {
        String iso = text.trim().replaceFirst("^(\\d{4}-\\d{2}-\\d{2}) (?=\\d)", "$1T");
        try {
            TemporalAccessor parsed = DateTimeFormatter.ofPattern(
                            "yyyy-MM-dd['T'HH:mm[:ss][.SSSSSSSSS][.SSSSSS][.SSS]][XXXXX][XXX]['['VV']']", Locale.ROOT)
                    .parseBest(iso, ZonedDateTime::from, OffsetDateTime::from, LocalDateTime::from, LocalDate::from);
            if (parsed instanceof ZonedDateTime zoned) {
                return zoned.toInstant();
            }
            if (parsed instanceof OffsetDateTime offset) {
                return offset.toInstant();
            }
            LocalDateTime local = parsed instanceof LocalDateTime time
                    ? time
                    : LocalDate.from(parsed).atStartOfDay();
            return local.atZone(ZoneId.systemDefault()).toInstant();
        } catch (DateTimeParseException e) {
            throw new Refusal(
                    ExitCode.USAGE, option + " must be a moment such as 2026-11-28T16:08:27+01:00, not `" + text + "`");
        }
    }
}
