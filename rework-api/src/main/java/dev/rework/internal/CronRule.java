package dev.rework.internal;

/** A cron rule. */
public final class CronRule {
    private CronRule() {}

    /** The rule of a text; throws {@link IllegalArgumentException} naming the field that is wrong. */
    public static CronRule parse(String text) {
        throw new UnsupportedOperationException(text);
    }
}
