package dev.rework.worker;

import dev.rework.internal.PlainText;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import java.util.function.Supplier;

/** A throwable as text to keep: its stack trace without our own frames, whatever its methods do, and never too long. */
final class Failure {
    static final int MOST = 64 * 1024;

    private static final int MOST_MESSAGE = 16 * 1024;
    private static final int MOST_FRAMES = 256;
    private static final int MOST_CAUSES = 32;
    private static final String CALL = "dev.rework.internal.Invocation";

    private final StringBuilder text = new StringBuilder();
    private final Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    private Failure() {}

    /** The whole text. */
    static String text(Throwable thrown) {
        Failure failure = new Failure();
        failure.add("", thrown, 0);
        return PlainText.clean(failure.text.toString().stripTrailing());
    }

    /** One line: what a person reads first. */
    static String line(Throwable thrown) {
        String line = describe(thrown).lines().findFirst().orElse("");
        return PlainText.clean(line.length() > 500 ? line.substring(0, 500) + "…" : line);
    }

    private void add(String caption, Throwable thrown, int depth) {
        if (text.length() > MOST || depth > MOST_CAUSES) {
            return;
        }
        if (!seen.add(thrown)) {
            text.append(caption).append("[circular: ").append(className(thrown)).append("]\n");
            return;
        }
        String description = describe(thrown);
        text.append(caption)
                .append(
                        description.length() > MOST_MESSAGE
                                ? description.substring(0, MOST_MESSAGE) + "… (" + description.length() + " characters)"
                                : description)
                .append('\n');
        frames(attempt(thrown::getStackTrace, new StackTraceElement[0]));
        for (Throwable suppressed : attempt(thrown::getSuppressed, new Throwable[0])) {
            add("Suppressed: ", suppressed, depth + 1);
        }
        Throwable[] cause = attempt(
                () -> {
                    Throwable found = thrown.getCause();
                    return found == null ? new Throwable[0] : new Throwable[] {found};
                },
                new Throwable[0]);
        if (cause.length > 0) {
            add("Caused by: ", cause[0], depth + 1);
        }
    }

    private void frames(StackTraceElement[] frames) {
        int end = ours(frames);
        for (int i = 0; i < Math.min(end, MOST_FRAMES); i++) {
            if (text.length() > MOST) {
                text.append("\t… (cut)\n");
                return;
            }
            text.append("\tat ").append(frames[i]).append('\n');
        }
        if (end > MOST_FRAMES) {
            text.append("\t… ").append(end - MOST_FRAMES).append(" more\n");
        }
    }

    /** Where our own frames begin, below the operation's: what called it interests nobody. */
    private static int ours(StackTraceElement[] frames) {
        int end = frames.length;
        for (int i = frames.length - 1; i >= 0; i--) {
            if (frames[i].getClassName().startsWith(CALL)) {
                end = i;
            }
        }
        if (end < frames.length) {
            while (end > 0 && isReflection(frames[end - 1].getClassName())) {
                end--;
            }
        }
        return end;
    }

    private static boolean isReflection(String name) {
        return name.startsWith("java.lang.reflect.")
                || name.startsWith("jdk.internal.reflect.")
                || name.startsWith("java.lang.invoke.");
    }

    private static String describe(Throwable thrown) {
        return attempt(() -> String.valueOf(thrown), className(thrown) + " (its toString() fails)");
    }

    private static String className(Throwable thrown) {
        return thrown.getClass().getName();
    }

    /** Whatever a user's exception class does instead of answering, including to overflow the stack. */
    private static <T> T attempt(Supplier<? extends T> source, T otherwise) {
        try {
            T value = source.get();
            return value == null ? otherwise : value;
        } catch (Throwable evil) {
            return otherwise;
        }
    }
}
