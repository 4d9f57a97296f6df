package dev.rework.internal;

import dev.rework.Missed;
import dev.rework.OnCrash;
import dev.rework.Operation;
import dev.rework.Overlap;
import dev.rework.internal.Declared.Retry;
import dev.rework.internal.db.PlanPolicy;
import dev.rework.internal.db.PlanStore;
import io.github.classgraph.AnnotationEnumValue;
import io.github.classgraph.AnnotationInfo;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an {@code @Operation} says, read from its class file and checked. */
final class Declaration {
    private static final int MOST_RETRIES = 1_000_000;

    private static final int LONGEST_NAME = 200;

    private final AnnotationInfo annotation;
    private final List<String> problems;

    /** What is wrong is added to the problems. */
    Declaration(AnnotationInfo annotation, List<String> problems) {
        this.annotation = annotation;
        this.problems = problems;
    }

    String name(String methodName) {
        String name = text("name");
        return named("name", name.isEmpty() ? methodName : name);
    }

    String domain() {
        return named("domain", text("domain"));
    }

    String description() {
        return PlainText.clean(text("description"));
    }

    int priority() {
        int priority = number("priority");
        if (priority == Integer.MIN_VALUE) {
            problems.add("priority is below the " + -Integer.MAX_VALUE + " allowed");
        }
        return priority;
    }

    @Nullable
    Duration timeout() {
        Duration timeout = duration("timeout");
        if (timeout != null && timeout.isZero()) {
            problems.add("timeout is zero: leave it out for none");
        }
        return timeout;
    }

    Duration grace() {
        Duration grace = duration("grace");
        return grace == null ? Duration.ZERO : grace;
    }

    Retry retry() {
        int retries = number("retries");
        OnCrash onCrash = OnCrash.valueOf(constant("onCrash"));
        if (retries < 0) {
            problems.add("retries is negative");
        }
        if (retries > MOST_RETRIES) {
            problems.add("retries is more than the " + MOST_RETRIES + " allowed");
        }
        if (onCrash == OnCrash.RETRY && retries == 0) {
            problems.add("onCrash = RETRY with retries = 0: say how often");
        }
        Duration backoff = duration("backoff");
        Duration maxBackoff = duration("maxBackoff");
        Duration first = backoff == null ? Duration.ZERO : backoff;
        Duration last = maxBackoff == null ? first : maxBackoff;
        if (last.compareTo(first) < 0) {
            problems.add("maxBackoff " + last + " is shorter than backoff " + first);
        }
        return new Retry(retries, onCrash, first, last);
    }

    /** Its cron plan, or null. */
    PlanStore.@Nullable Declared plan() {
        String rule = text("cron");
        if (rule.isBlank()) {
            return null;
        }
        ZoneId zone = zone();
        Duration jitter = duration("jitter");
        try {
            CronRule.parse(rule, zone);
            PlanPolicy policy = new PlanPolicy(
                    Missed.valueOf(constant("missed")),
                    number("missedMax"),
                    Overlap.valueOf(constant("overlap")),
                    jitter == null ? Duration.ZERO : jitter);
            return new PlanStore.Declared(CronRule.normal(rule), zone, policy);
        } catch (IllegalArgumentException e) {
            problems.add("cron: " + e.getMessage());
            return null;
        }
    }

    private ZoneId zone() {
        try {
            return ZoneId.of(text("zone"));
        } catch (DateTimeException e) {
            problems.add("zone `" + text("zone") + "` is unknown");
            return ZoneOffset.UTC;
        }
    }

    private String named(String what, String name) {
        String problem = problem(what, name);
        if (problem != null) {
            problems.add(problem);
        }
        return name;
    }

    /** What is wrong with the name of an operation or a domain; null when nothing is. */
    static @Nullable String problem(String what, String name) {
        String shown = PlainText.shown(name, false);
        if (name.isBlank() || name.length() > LONGEST_NAME || !name.equals(name.strip())) {
            return what + " `" + shown + "` is empty, longer than " + LONGEST_NAME + " characters or padded";
        }
        return shown.equals(name) ? null : what + " `" + shown + "` has control characters";
    }

    private @Nullable Duration duration(String member) {
        String text = text(member);
        if (text.isEmpty()) {
            return null;
        }
        try {
            Duration duration = Duration.parse(text);
            if (duration.compareTo(Limits.DURATION) > 0) {
                problems.add(
                        member + " `" + text + "` is longer than the " + Limits.DURATION.toDays() + " days allowed");
                return null;
            }
            if (!duration.isNegative()) {
                return duration.truncatedTo(ChronoUnit.MILLIS);
            }
            problems.add(member + " `" + text + "` is negative");
        } catch (DateTimeParseException | ArithmeticException e) {
            problems.add(member + " `" + text + "` is not an ISO 8601 duration such as PT3M");
        }
        return null;
    }

    private String text(String member) {
        return String.valueOf(value(member));
    }

    private int number(String member) {
        return value(member) instanceof Integer number ? number : 0;
    }

    private String constant(String member) {
        Object value = value(member);
        return value instanceof AnnotationEnumValue named ? named.getValueName() : ((Enum<?>) value).name();
    }

    /** What the annotation says, or the default that its declaration gives. */
    private Object value(String member) {
        Object value = annotation.getParameterValues(false).getValue(member);
        if (value != null) {
            return value;
        }
        try {
            return Operation.class.getMethod(member).getDefaultValue();
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }
}
