package dev.rework.internal;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Makes text harmless: for columns of Postgres, which hold no NUL and no half of a surrogate pair, and for terminals. */
public final class PlainText {

    private static final int LONGEST_HEAD = 1_500;
    private static final int LONGEST_TAIL = 300;
    // So that what was bounded is not bounded again for the words that say so.
    private static final int LONGEST_LEFT_OUT = 100;

    private PlainText() {}

    /** As {@link #clean}; null stays null. */
    public static @Nullable String stored(@Nullable String text) {
        return text == null ? null : clean(text);
    }

    /** The text with NUL as U+2400 and lone surrogates as U+FFFD. The same object when nothing is wrong. */
    public static String clean(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == 0 || Character.isSurrogate(c)) {
                return rewrite(text);
            }
        }
        return text;
    }

    private static String rewrite(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            if (point == 0) {
                clean.append('\u2400');
            } else if (isLoneSurrogate(point)) {
                clean.append('\uFFFD');
            } else {
                clean.appendCodePoint(point);
            }
        });
        return clean.toString();
    }

    /**
     * The text as a terminal may show it: C0, C1, DEL, the separators of lines and the bidirectional controls made visible, but for line ends and
     * tabs when asked to keep them.
     */
    public static String shown(String text, boolean keepLines) {
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints().forEach(point -> {
            if (keepLines && (point == '\n' || point == '\t')) {
                shown.append((char) point);
            } else if (point < 0x20) {
                shown.append((char) (0x2400 + point));
            } else if (point == 0x7f) {
                shown.append('\u2421');
            } else if (point < 0xa0 && point > 0x7f || isDirection(point)) {
                shown.append(String.format(Locale.ROOT, "\\u%04x", point));
            } else if (isLoneSurrogate(point)) {
                shown.append('\uFFFD');
            } else {
                shown.appendCodePoint(point);
            }
        });
        return shown.toString();
    }

    /** What somebody gave may be quoted, and may be of any length: its beginning, its end, and how much is between them. */
    public static String bounded(String text) {
        if (text.length() <= LONGEST_HEAD + LONGEST_LEFT_OUT + LONGEST_TAIL) {
            return text;
        }
        int head = Character.isHighSurrogate(text.charAt(LONGEST_HEAD - 1)) ? LONGEST_HEAD - 1 : LONGEST_HEAD;
        int tail = text.length() - LONGEST_TAIL;
        tail += Character.isLowSurrogate(text.charAt(tail)) ? 1 : 0;
        return text.substring(0, head) + " … " + (tail - head) + " characters more … " + text.substring(tail);
    }

    private static boolean isLoneSurrogate(int point) {
        return point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE;
    }

    private static boolean isDirection(int point) {
        return point == 0x061c
                || point == 0x200e
                || point == 0x200f
                || point >= 0x2028 && point <= 0x202e
                || point >= 0x2066 && point <= 0x2069;
    }
}
