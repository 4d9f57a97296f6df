package dev.rework.internal;

import java.time.DateTimeException;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A date as people type it: {@code 2021-1-31}, {@code 2021-01-31 09:00}, {@code 2021-01-31T09:00:15.5+02:00}.
 *
 * @param time midnight when only a day was given
 * @param offset null when none was given
 */
public record LooseDate(LocalDateTime time, @Nullable ZoneOffset offset) {
    private static final Pattern DATE = Pattern.compile("(\\d{4})-(\\d{1,2})-(\\d{1,2})"
            + "(?:[T ](\\d{1,2}):(\\d{2})(?::(\\d{2})(?:\\.(\\d{1,9}))?)?\\s*(Z|[+-]\\d{2}:?\\d{2})?)?");

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException when it is none
     */
    public static LooseDate parse(String text) {
        Matcher date = DATE.matcher(text.strip());
        if (!date.matches()) {
            throw new IllegalArgumentException("not a date: \"" + text + "\" (such as 2021-01-31 09:00)");
        }
        try {
            String fraction = date.group(7) == null ? "" : date.group(7);
            LocalDateTime time = LocalDateTime.of(
                    number(date, 1),
                    number(date, 2),
                    number(date, 3),
                    number(date, 4),
                    number(date, 5),
                    number(date, 6),
                    Integer.parseInt((fraction + "000000000").substring(0, 9)));
            return new LooseDate(time, date.group(8) == null ? null : ZoneOffset.of(date.group(8)));
        } catch (DateTimeException e) {
            throw new IllegalArgumentException("not a date: \"" + text + "\" (" + e.getMessage() + ")", e);
        }
    }

    private static int number(Matcher date, int group) {
        return date.group(group) == null ? 0 : Integer.parseInt(date.group(group));
    }
}
