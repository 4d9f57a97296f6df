package dev.rework.internal;

import java.util.List;
import java.util.Locale;

/** A field of a cron rule: its name, its bounds, the names of its values. */
@SuppressWarnings("ImmutableEnumChecker") // List.of is
enum CronField {
    SECOND("second", 0, 59, List.of()),
    MINUTE("minute", 0, 59, List.of()),
    HOUR("hour", 0, 23, List.of()),
    DAY("day of month", 1, 31, List.of()),
    MONTH("month", 1, 12, List.of("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")),
    WEEKDAY("day of week", 0, 7, List.of("SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"));

    private final String title;
    private final int min;
    private final int max;
    private final List<String> names;

    CronField(String title, int min, int max, List<String> names) {
        this.title = title;
        this.min = min;
        this.max = max;
        this.names = names;
    }

    /**
     * The values a field allows.
     *
     * @param bits bit n is set when the value n is allowed
     * @param every a term goes over the whole field, with or without a step: {@code *}, {@code *&#47;5}
     */
    record Values(long bits, boolean every) {
        static final Values NONE = new Values(0, false);

        Values and(Values more) {
            return new Values(bits | more.bits, every || more.every);
        }

        /** The least allowed value that is at least this; -1 when there is none. */
        int from(int least) {
            long rest = least > 63 ? 0 : bits & (-1L << least);
            return rest == 0 ? -1 : Long.numberOfTrailingZeros(rest);
        }

        int first() {
            return from(0);
        }
    }

    Values parse(String text) {
        Values all = Values.NONE;
        for (String term : terms(text)) {
            all = all.and(term(term));
        }
        return all;
    }

    /** The comma-separated terms of a field, none of them empty. */
    List<String> terms(String text) {
        List<String> terms = List.of(text.split(",", -1));
        if (terms.contains("")) {
            throw wrong(text, "an empty term");
        }
        return terms;
    }

    /** One term: {@code *}, {@code 5}, {@code 1-5}, {@code MON-FRI}, {@code *&#47;15}, {@code 10/20}, {@code 1-30/2}. */
    Values term(String term) {
        int slash = term.indexOf('/');
        String range = slash < 0 ? term : term.substring(0, slash);
        int step = slash < 0 ? 1 : step(term, term.substring(slash + 1));
        if (range.equals("*") || (range.equals("?") && (this == DAY || this == WEEKDAY))) {
            return span(term, min, last(), step);
        }
        int dash = range.indexOf('-');
        if (dash < 0) {
            int from = value(term, range);
            return span(term, from, slash < 0 ? from : Math.max(from, last()), step);
        }
        return span(term, value(term, range.substring(0, dash)), value(term, range.substring(dash + 1)), step);
    }

    private Values span(String term, int from, int to, int step) {
        int end = to;
        if (from > to) {
            if (this == DAY) {
                throw wrong(term, "a range that ends before it begins");
            }
            end = to + size();
        }
        long bits = 0;
        for (int i = from; i <= end; i += step) {
            bits |= 1L << (min + (i - min) % size());
        }
        return new Values(bits, end - from >= size() - 1);
    }

    private int step(String term, String text) {
        int step = number(term, text);
        if (step < 1 || step > size()) {
            throw wrong(term, "a step is from 1 to " + size());
        }
        return step;
    }

    /** A number or a name within the bounds. */
    int value(String term, String text) {
        int named = names.indexOf(text.toUpperCase(Locale.ROOT));
        if (named >= 0) {
            return named + min;
        }
        int value = number(term, text);
        if (value < min || value > max) {
            throw wrong(term, min + " to " + max + " is allowed");
        }
        return value;
    }

    int number(String term, String text) {
        boolean digits = !text.isEmpty() && text.length() <= 4;
        for (int i = 0; digits && i < text.length(); i++) {
            digits = text.charAt(i) >= '0' && text.charAt(i) <= '9';
        }
        if (!digits) {
            throw wrong(term, text.isEmpty() ? "a number is missing" : "\"" + text + "\" is no number or name here");
        }
        return Integer.parseInt(text);
    }

    /** The last value that is not another name of the first: Sunday is 0 and 7. */
    private int last() {
        return this == WEEKDAY ? 6 : max;
    }

    private int size() {
        return last() - min + 1;
    }

    IllegalArgumentException wrong(String term, String why) {
        return new IllegalArgumentException(title + " \"" + term + "\": " + why);
    }
}
