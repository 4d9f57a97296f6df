package dev.rework.internal;

import dev.rework.InvalidInput;
import dev.rework.Problem;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How much of anything a caller may give; what is more is refused before anything is written. */
public final class Limits {
    /** Characters in the name of an operation, a domain or a host. */
    public static final int NAME = 200;

    /** Bytes of an input, or of a raw one, as stored. */
    public static final int INPUT = 32 * 1024 * 1024;

    /** Bytes of metadata as JSON. */
    public static final int METADATA = 64 * 1024;

    /** Keys of metadata. */
    public static final int METADATA_KEYS = 100;

    /** Characters in a key of metadata. */
    public static final int METADATA_KEY = 200;

    /** Characters in the reason of an abort or the like. */
    public static final int REASON = 2000;

    /** The longest duration that anybody may ask for: beyond it the arithmetic of moments breaks. */
    public static final Duration DURATION = Duration.ofDays(36_500);

    /** The first moment that Postgres and Java both can say, and count with. */
    public static final Instant FIRST = Instant.parse("-4000-01-01T00:00:00Z");

    /** The last of them. */
    public static final Instant LAST = Instant.parse("+200000-01-01T00:00:00Z");

    private Limits() {}

    /** Refuses more than there may be. */
    public static void demand(@Nullable String operation, String what, long given, long most, String unit) {
        if (given > most) {
            throw new InvalidInput(
                    operation,
                    List.of(new Problem(
                            "", what + " has " + given + " " + unit + ", more than the " + most + " allowed")));
        }
    }

    /** Refuses a name of an operation, domain or host that none can have. */
    public static void demandName(String what, @Nullable String name) {
        demand(null, what, name == null ? 0 : name.length(), NAME, "characters");
    }

    /** Refuses a reason that is a story. */
    public static void demandReason(@Nullable String reason) {
        demand(null, "the reason", reason == null ? 0 : reason.length(), REASON, "characters");
    }

    /** Refuses metadata with too many keys, or too long ones. */
    public static void demandKeys(String operation, Map<String, ?> metadata) {
        demand(operation, "the metadata", metadata.size(), METADATA_KEYS, "keys");
        for (String key : metadata.keySet()) {
            demand(operation, "a key of the metadata", key == null ? 0 : key.length(), METADATA_KEY, "characters");
        }
    }

    /** Refuses when a task cannot be due, and a priority that has no opposite, which is what is stored. */
    public static void demandDue(@Nullable Instant at, Duration delay, int priority) {
        if (at != null && (at.isBefore(FIRST) || at.isAfter(LAST))) {
            throw refusal("the moment " + at + " is not within the years -4000 and 200000");
        }
        if (delay.compareTo(DURATION) > 0) {
            throw refusal("the delay " + delay + " is longer than the " + DURATION.toDays() + " days allowed");
        }
        if (at != null && (at.plus(delay).isBefore(FIRST) || at.plus(delay).isAfter(LAST))) {
            throw refusal("the moment " + at + " and the delay " + delay + " lead out of the years -4000 to 200000");
        }
        if (priority == Integer.MIN_VALUE) {
            throw refusal("the priority " + priority + " is below the " + -Integer.MAX_VALUE + " allowed");
        }
    }

    private static InvalidInput refusal(String problem) {
        return new InvalidInput(null, List.of(new Problem("", problem)));
    }
}
