package dev.rework.internal;

import dev.rework.internal.CronField.Values;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The days on which a rule fires. When both the day of month and the day of week are restricted,
 * either is enough, as in every Unix cron; a field that goes over all its values ({@code *},
 * {@code *&#47;2}) restricts nothing by itself, and then both must fit.
 */
final class CronDays {
    /** The Gregorian calendar repeats itself, weekdays included, after this many years. */
    private static final int CYCLE = 400;

    private final Values days;
    private final Values months;
    private final Values weekdays;
    private final List<Special> specialDays;
    private final List<Special> specialWeekdays;
    private final boolean either;

    /** A day that depends on the month: a mask of one bit, or of none. */
    private interface Special {
        int day(int length, int firstWeekday);
    }

    private CronDays(Values days, List<Special> specialDays, Values months, Values weekdays, List<Special> special) {
        this.days = days;
        this.specialDays = specialDays;
        this.months = months;
        this.weekdays = weekdays;
        this.specialWeekdays = special;
        this.either = !days.every() && !weekdays.every();
    }

    static CronDays parse(String day, String month, String weekday) {
        List<Special> specialDays = new ArrayList<>();
        Values days = Values.NONE;
        for (String term : CronField.DAY.terms(day)) {
            Special special = specialDay(term.toUpperCase(Locale.ROOT));
            if (special == null) {
                days = days.and(CronField.DAY.term(term));
            } else {
                specialDays.add(special);
            }
        }
        List<Special> specialWeekdays = new ArrayList<>();
        Values weekdays = Values.NONE;
        for (String term : CronField.WEEKDAY.terms(weekday)) {
            Special special = specialWeekday(term.toUpperCase(Locale.ROOT));
            if (special == null) {
                weekdays = weekdays.and(CronField.WEEKDAY.term(term));
            } else {
                specialWeekdays.add(special);
            }
        }
        return new CronDays(days, specialDays, CronField.MONTH.parse(month), weekdays, specialWeekdays);
    }

    /** {@code L} (last day), {@code L-3}, {@code LW} (last weekday), {@code 15W} (weekday nearest to the 15th). */
    private static @Nullable Special specialDay(String term) {
        if (term.equals("L")) {
            return (length, first) -> length;
        }
        if (term.equals("LW")) {
            return (length, first) -> nearestWeekday(length, length, first);
        }
        if (term.startsWith("L-")) {
            int before = CronField.DAY.number(term, term.substring(2));
            if (before > 30) {
                throw CronField.DAY.wrong(term, "at most 30 days before the last");
            }
            return (length, first) -> length - before;
        }
        if (term.endsWith("W")) {
            int day = CronField.DAY.value(term, term.substring(0, term.length() - 1));
            return (length, first) -> day > length ? 0 : nearestWeekday(day, length, first);
        }
        return null;
    }

    private static int nearestWeekday(int day, int length, int first) {
        return switch (weekday(day, first)) {
            case 6 -> day == 1 ? 3 : day - 1;
            case 0 -> day == length ? day - 2 : day + 1;
            default -> day;
        };
    }

    /** {@code FRI#2} (second Friday), {@code 5L} (last Friday). */
    private static @Nullable Special specialWeekday(String term) {
        int hash = term.indexOf('#');
        if (hash >= 0) {
            int wanted = CronField.WEEKDAY.value(term, term.substring(0, hash)) % 7;
            int nth = CronField.WEEKDAY.number(term, term.substring(hash + 1));
            if (nth < 1 || nth > 5) {
                throw CronField.WEEKDAY.wrong(term, "the first (#1) to the fifth (#5) is allowed");
            }
            return (length, first) -> 1 + (wanted - first + 7) % 7 + 7 * (nth - 1);
        }
        if (term.endsWith("L")) {
            int wanted = CronField.WEEKDAY.value(term, term.substring(0, term.length() - 1)) % 7;
            return (length, first) -> length - (weekday(length, first) - wanted + 7) % 7;
        }
        return null;
    }

    /** The weekday of a day, 0 for Sunday, in a month that begins with the weekday {@code first}. */
    private static int weekday(int day, int first) {
        return (first + day - 1) % 7;
    }

    /** The first day that fits, this one included; null when none ever does. */
    @Nullable
    LocalDate from(LocalDate least) {
        int year = least.getYear();
        int month = least.getMonthValue();
        long floor = -1L << least.getDayOfMonth();
        while (year <= least.getYear() + CYCLE) {
            long fit = matching(year, month) & floor;
            if (fit != 0) {
                return LocalDate.of(year, month, Long.numberOfTrailingZeros(fit));
            }
            floor = -1L;
            month = months.from(month + 1);
            if (month < 0) {
                month = months.first();
                year++;
            }
        }
        return null;
    }

    /** The days of a month that fit: bit n for the day n. */
    private long matching(int year, int month) {
        if ((months.bits() & 1L << month) == 0) {
            return 0;
        }
        LocalDate begin = LocalDate.of(year, month, 1);
        int first = begin.getDayOfWeek().getValue() % 7;
        int length = begin.lengthOfMonth();
        long byDay = days.bits() | special(specialDays, length, first);
        long byWeekday = special(specialWeekdays, length, first);
        for (int day = 1; day <= length; day++) {
            byWeekday |= (weekdays.bits() >> weekday(day, first) & 1) << day;
        }
        long fit = either ? byDay | byWeekday : byDay & byWeekday;
        return fit & ((1L << (length + 1)) - 2);
    }

    private static long special(List<Special> all, int length, int first) {
        long bits = 0;
        for (Special special : all) {
            int day = special.day(length, first);
            bits |= day < 1 ? 0 : 1L << day;
        }
        return bits;
    }
}
