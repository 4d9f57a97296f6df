package dev.rework;

import dev.rework.internal.LooseDate;
import java.time.DateTimeException;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The small language of {@link Moment}: a list of an operator, moments, and {@code #:unit number} pairs. */
sealed interface MomentExpression {
    int DEEPEST = 50;
    int LONGEST = 1000;

    /** What it means when now is this. */
    ZonedDateTime at(ZonedDateTime now);

    static MomentExpression parse(String text) {
        if (text.length() > LONGEST) {
            throw new IllegalArgumentException("a moment expression has at most " + LONGEST + " characters");
        }
        Reader reader = new Reader(text);
        MomentExpression expression = reader.expression(0);
        reader.end();
        // Also shifts out of the calendar are refused now and not when the task starts.
        try {
            expression.at(ZonedDateTime.of(2000, 2, 29, 12, 0, 0, 0, ZoneOffset.UTC));
        } catch (DateTimeException | ArithmeticException e) {
            throw new IllegalArgumentException("outside of the calendar: " + text, e);
        }
        return expression;
    }

    /** {@code (date "…")}; without an offset it is local. */
    record Fixed(LooseDate date) implements MomentExpression {
        @Override
        public ZonedDateTime at(ZonedDateTime now) {
            ZoneOffset offset = date.offset();
            return date.time().atZone(offset == null ? now.getZone() : offset);
        }
    }

    /** {@code (today)}. */
    record Today() implements MomentExpression {
        @Override
        public ZonedDateTime at(ZonedDateTime now) {
            return now;
        }
    }

    /** {@code (monthstart d)} and its likes. */
    record Edge(String operator, MomentExpression of) implements MomentExpression {
        static final List<String> OPERATORS = List.of("monthstart", "monthend", "yearstart", "yearend");

        @Override
        public ZonedDateTime at(ZonedDateTime now) {
            ZonedDateTime moment = of.at(now);
            return switch (operator) {
                case "monthstart" -> moment.withDayOfMonth(1);
                case "monthend" -> moment.withDayOfMonth(moment.toLocalDate().lengthOfMonth());
                case "yearstart" -> moment.withDayOfYear(1);
                case "yearend" -> moment.withDayOfYear(moment.toLocalDate().lengthOfYear());
                default -> throw new IllegalStateException(operator);
            };
        }
    }

    /** {@code (shifted d #:days n …)}: years and months first, clamped to the month's end, as the calendar does. */
    record Shifted(MomentExpression from, List<Step> steps) implements MomentExpression {
        /** One {@code #:unit amount}. */
        record Step(ChronoUnit unit, long amount) {}

        private static final Map<String, ChronoUnit> UNITS = Map.of(
                "years", ChronoUnit.YEARS,
                "months", ChronoUnit.MONTHS,
                "weeks", ChronoUnit.WEEKS,
                "days", ChronoUnit.DAYS,
                "hours", ChronoUnit.HOURS,
                "minutes", ChronoUnit.MINUTES,
                "seconds", ChronoUnit.SECONDS,
                "microseconds", ChronoUnit.MICROS);

        @Override
        public ZonedDateTime at(ZonedDateTime now) {
            ZonedDateTime moment = from.at(now);
            long months = 0;
            for (Step step : steps) {
                switch (step.unit()) {
                    case YEARS -> months = Math.addExact(months, Math.multiplyExact(12L, step.amount()));
                    case MONTHS -> months = Math.addExact(months, step.amount());
                    default -> {}
                }
            }
            moment = moment.plusMonths(months);
            for (Step step : steps) {
                if (step.unit() != ChronoUnit.YEARS && step.unit() != ChronoUnit.MONTHS) {
                    moment = moment.plus(step.amount(), step.unit());
                }
            }
            return moment;
        }
    }

    /** Reads the text. */
    final class Reader {
        private final String text;
        private int position;

        Reader(String text) {
            this.text = text;
        }

        MomentExpression expression(int depth) {
            if (depth > DEEPEST) {
                throw wrong("nested too deep");
            }
            take('(');
            String operator = word();
            MomentExpression expression;
            if (operator.equals("date")) {
                expression = new Fixed(LooseDate.parse(string()));
            } else if (operator.equals("today")) {
                expression = new Today();
            } else if (Edge.OPERATORS.contains(operator)) {
                expression = new Edge(operator, expression(depth + 1));
            } else if (operator.equals("shifted")) {
                expression = new Shifted(expression(depth + 1), steps());
            } else {
                throw wrong("unknown operator `" + operator
                        + "` (date, today, monthstart, monthend, yearstart, yearend or shifted)");
            }
            take(')');
            return expression;
        }

        void end() {
            skip();
            if (position < text.length()) {
                throw wrong("something follows the expression");
            }
        }

        private List<Shifted.Step> steps() {
            List<Shifted.Step> steps = new ArrayList<>();
            for (skip(); text.startsWith("#:", position); skip()) {
                position += 2;
                String unit = word();
                ChronoUnit known = Shifted.UNITS.get(unit);
                if (known == null) {
                    throw wrong("unknown unit `" + unit
                            + "` (years, months, weeks, days, hours, minutes, seconds or microseconds)");
                }
                String amount = word();
                try {
                    steps.add(new Shifted.Step(known, Integer.parseInt(amount)));
                } catch (NumberFormatException e) {
                    throw wrong("`" + amount + "` is not a whole number");
                }
            }
            return steps;
        }

        private String word() {
            skip();
            int start = position;
            while (position < text.length() && "()\" \t\n\r".indexOf(text.charAt(position)) < 0) {
                position++;
            }
            if (start == position) {
                throw wrong("a word is missing");
            }
            return text.substring(start, position);
        }

        private String string() {
            take('"');
            int end = text.indexOf('"', position);
            if (end < 0) {
                throw wrong("a quote is missing");
            }
            String string = text.substring(position, end);
            position = end + 1;
            return string;
        }

        private void take(char c) {
            skip();
            if (position >= text.length() || text.charAt(position) != c) {
                throw wrong("`" + c + "` is missing");
            }
            position++;
        }

        private void skip() {
            while (position < text.length() && Character.isWhitespace(text.charAt(position))) {
                position++;
            }
        }

        private IllegalArgumentException wrong(String what) {
            return new IllegalArgumentException(
                    what + " at character " + (position + 1) + " of the moment expression `" + text + "`");
        }
    }
}
