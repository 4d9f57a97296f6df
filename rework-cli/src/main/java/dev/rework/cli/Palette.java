package dev.rework.cli;

import org.jspecify.annotations.Nullable;

/** The few colours of the command's lines, or none. */
enum Palette {
    PLAIN,
    ANSI;

    /** An SGR code. */
    enum Colour {
        RED("31"),
        GREEN("32"),
        YELLOW("33"),
        BLUE("34"),
        MAGENTA("35"),
        CYAN("36"),
        BOLD("1"),
        FAINT("2");

        private final String code;

        Colour(String code) {
            this.code = code;
        }
    }

    /** When {@code --color} says nothing, a terminal gets colours unless {@code NO_COLOR} is set. */
    static Palette choose(@Nullable String wish, boolean terminal, @Nullable String noColor) {
        if (wish == null || wish.equals("auto")) {
            return terminal && noColor == null ? ANSI : PLAIN;
        }
        return wish.equals("always") ? ANSI : PLAIN;
    }

    String paint(Colour colour, String text) {
        return this == PLAIN || text.isEmpty() ? text : "\u001b[" + colour.code + "m" + text + "\u001b[0m";
    }
}
