package dev.rework.internal;

import dev.rework.internal.CronField.Values;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A cron rule, read on the wall clock of a zone. Immutable; nothing here blocks.
 *
 * <p>Five fields (minute, hour, day of month, month, day of week), or six with seconds first; lists,
 * ranges, steps, names ({@code MON}, {@code jan}), Sunday as 0 and 7, {@code ?} for {@code *} in the
 * two day fields, {@code L}, {@code L-3}, {@code LW}, {@code 15W}, {@code FRI#2}, {@code FRIL}, and
 * {@code @yearly @annually @monthly @weekly @daily @midnight @hourly}. When both day fields are
 * restricted, either is enough.
 *
 * <p><b>When the clocks change.</b> A field is <i>open</i> when one of its terms goes over the whole
 * field, with or without a step ({@code *}, {@code *&#47;2}, {@code 0/15}).
 *
 * <ul>
 *   <li>Hour open: the rule follows elapsed time. It fires at every instant whose wall clock fits:
 *       nothing is made up for in a gap, both passes of an overlap count.
 *   <li>Hour fixed: a gap that swallows one or more of its times makes it fire once, at the first
 *       instant after the gap.
 *   <li>Hour and minute fixed: in an overlap only the first pass counts. With an open minute
 *       ({@code *&#47;15 1-4 * * *}) it goes on through both passes.
 * </ul>
 */
public final class CronRule {
    private static final Map<String, String> MACROS = Map.of(
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *",
            "@monthly", "0 0 1 * *",
            "@weekly", "0 0 * * 0",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@hourly", "0 * * * *");
    private static final int LONGEST = 1000;
    /** More changes of the clock than any zone sees in the 400 years after which the calendar repeats. */
    private static final int SEGMENTS = 4000;

    private final Values seconds;
    private final Values minutes;
    private final Values hours;
    private final CronDays days;
    private final ZoneRules zone;

    private CronRule(Values seconds, Values minutes, Values hours, CronDays days, ZoneRules zone) {
        this.seconds = seconds;
        this.minutes = minutes;
        this.hours = hours;
        this.days = days;
        this.zone = zone;
    }

    /** The rule of a text, in UTC. */
    public static CronRule parse(String text) {
        return parse(text, ZoneOffset.UTC);
    }

    /**
     * The rule of a text on the clock of a zone. Throws {@link IllegalArgumentException}, naming the
     * field that is wrong, also for a rule that never fires.
     */
    public static CronRule parse(String text, ZoneId zone) {
        try {
            CronRule rule = fields(normal(text), zone);
            if (rule.days.from(LocalDate.EPOCH) == null) {
                throw new IllegalArgumentException("it never fires: there is no such day");
            }
            return rule;
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "wrong rule \"" + shown(text) + "\": " + PlainText.shown(String.valueOf(e.getMessage()), false), e);
        }
    }

    private static CronRule fields(String normal, ZoneId zone) {
        String expanded = MACROS.getOrDefault(normal.toLowerCase(Locale.ROOT), normal);
        if (expanded.length() > LONGEST) {
            throw new IllegalArgumentException("it is longer than " + LONGEST + " characters");
        }
        if (expanded.startsWith("@")) {
            throw new IllegalArgumentException("known names are @yearly @monthly @weekly @daily @hourly");
        }
        String[] part = expanded.split(" ");
        if (part.length != 5 && part.length != 6) {
            throw new IllegalArgumentException(
                    "5 fields are needed (minute hour day month weekday), or 6 with seconds first");
        }
        int at = part.length - 5;
        return new CronRule(
                CronField.SECOND.parse(at == 0 ? "0" : part[0]),
                CronField.MINUTE.parse(part[at]),
                CronField.HOUR.parse(part[at + 1]),
                CronDays.parse(part[at + 2], part[at + 3], part[at + 4]),
                zone.getRules());
    }

    /** A rule as it is stored: without idle blanks. Two rules of the same normal text are the same. */
    public static String normal(String text) {
        return text.strip().replaceAll("\\s+", " ");
    }

    private static String shown(String text) {
        String printable = PlainText.shown(normal(text), false);
        return printable.length() <= 60 ? printable : printable.substring(0, 60) + "…";
    }

    /** The first instant after this one at which the rule fires; empty when the calendar ends before. */
    public Optional<Instant> next(Instant after) {
        ZoneOffset offset = zone.getOffset(after);
        ZoneOffsetTransition begin = zone.previousTransition(after.plusNanos(1));
        ZoneOffsetTransition end = zone.nextTransition(after);
        LocalDateTime least =
                LocalDateTime.ofEpochSecond(after.getEpochSecond(), 0, offset).plusSeconds(1);
        if (begin != null && least.isBefore(resumed(begin))) {
            least = resumed(begin);
        }
        for (int i = 0; i < SEGMENTS; i++) {
            LocalDateTime hit = firstFrom(least);
            if (hit == null) {
                return Optional.empty();
            }
            if (end == null || hit.isBefore(end.getDateTimeBefore())) {
                return Optional.of(hit.toInstant(offset));
            }
            if (end.isGap() && !hours.every() && hit.isBefore(end.getDateTimeAfter())) {
                return Optional.of(end.getInstant());
            }
            offset = end.getOffsetAfter();
            least = resumed(end);
            end = zone.nextTransition(end.getInstant());
        }
        return Optional.empty();
    }

    /** The local time from which the rule is read again after the clocks were changed. */
    private LocalDateTime resumed(ZoneOffsetTransition change) {
        boolean firstPassOnly = change.isOverlap() && !hours.every() && !minutes.every();
        return firstPassOnly ? change.getDateTimeBefore() : change.getDateTimeAfter();
    }

    /** The instants after {@code from} and up to {@code to}, in order, at most this many. */
    public List<Instant> between(Instant from, Instant to, int limit) {
        List<Instant> all = new ArrayList<>();
        Instant at = next(from).orElse(Instant.MAX);
        while (all.size() < limit && !at.isAfter(to)) {
            all.add(at);
            at = next(at).orElse(Instant.MAX);
        }
        return all;
    }

    /** The last {@code count} of the instants after {@code from} and up to {@code to}, in order, however many there are. */
    public List<Instant> latest(Instant from, Instant to, int count) {
        List<Instant> found = between(from, to, count);
        long low = from.getEpochSecond();
        long high = to.getEpochSecond();
        while (found.size() == count && high - low > 1) {
            long middle = low + (high - low) / 2;
            List<Instant> later = between(Instant.ofEpochSecond(middle), to, count);
            if (later.size() == count) {
                found = later;
                low = middle;
            } else {
                high = middle;
            }
        }
        return found;
    }

    private @Nullable LocalDateTime firstFrom(LocalDateTime least) {
        LocalDate day = days.from(least.toLocalDate());
        if (day != null && day.equals(least.toLocalDate())) {
            LocalTime time = firstFrom(least.toLocalTime());
            if (time != null) {
                return day.atTime(time);
            }
            day = days.from(day.plusDays(1));
        }
        return day == null ? null : day.atTime(hours.first(), minutes.first(), seconds.first());
    }

    private @Nullable LocalTime firstFrom(LocalTime least) {
        int hour = hours.from(least.getHour());
        if (hour == least.getHour()) {
            int minute = minutes.from(least.getMinute());
            if (minute == least.getMinute()) {
                int second = seconds.from(least.getSecond());
                if (second >= 0) {
                    return LocalTime.of(hour, minute, second);
                }
                minute = minutes.from(minute + 1);
            }
            if (minute >= 0) {
                return LocalTime.of(hour, minute, seconds.first());
            }
            hour = hours.from(hour + 1);
        }
        return hour < 0 ? null : LocalTime.of(hour, minutes.first(), seconds.first());
    }
}
