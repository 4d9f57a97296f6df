package dev.rework;

import java.time.ZonedDateTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A point in time that may be relative to when a task starts: {@code (shifted (today) #:days -1)}. Evaluated once, when
 * the task first starts, in the time zone of that worker, and stored with the task: later attempts see the same. Immutable.
 *
 * <p>Expressions: {@code (date "2021-1-1 09:00")}, {@code (today)} (the moment of the start), {@code (monthstart d)},
 * {@code (monthend d)}, {@code (yearstart d)}, {@code (yearend d)} (the first or last day, the time of day kept), and
 * {@code (shifted d #:years n #:months n #:weeks n #:days n #:hours n #:minutes n #:seconds n)}.
 */
public final class Moment {
    private final String expression;
    private final @Nullable ZonedDateTime at;

    private Moment(String expression, @Nullable ZonedDateTime at) {
        this.expression = expression;
        this.at = at;
    }

    /**
     * A moment that is not evaluated yet.
     *
     * @throws IllegalArgumentException when it is no moment expression, saying where
     */
    public static Moment of(String expression) {
        MomentExpression.parse(expression);
        return new Moment(expression, null);
    }

    /** A fixed one. */
    public static Moment of(ZonedDateTime at) {
        return new Moment("(date \"" + at.toOffsetDateTime() + "\")", null);
    }

    /** Its text. */
    public String expression() {
        return expression;
    }

    /** What it means when now is this. */
    public ZonedDateTime at(ZonedDateTime now) {
        return MomentExpression.parse(expression).at(now);
    }

    /**
     * What it meant when the task started.
     *
     * @throws IllegalStateException outside a task, where it has not been evaluated
     */
    public ZonedDateTime at() {
        if (at == null) {
            throw new IllegalStateException("a moment is evaluated when its task starts; elsewhere use at(now)");
        }
        return at;
    }

    /** The same moment, evaluated: {@link #at()} answers from now on. */
    public Moment evaluated(ZonedDateTime now) {
        return new Moment(expression, at(now));
    }

    /** The same moment, having meant this: {@link #at()} answers it from now on. */
    public Moment fixed(ZonedDateTime meaning) {
        return new Moment(expression, meaning);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Moment moment && expression.equals(moment.expression) && Objects.equals(at, moment.at);
    }

    @Override
    public int hashCode() {
        return Objects.hash(expression, at);
    }

    @Override
    public String toString() {
        return at == null ? expression : expression + " = " + at;
    }
}
