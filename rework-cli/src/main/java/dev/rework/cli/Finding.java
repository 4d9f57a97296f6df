package dev.rework.cli;

import org.jspecify.annotations.Nullable;

/**
 * What {@code rework doctor} found in one respect.
 *
 * @param remedy what to do about it, when there is something to do
 */
record Finding(
        String check, Grade grade, String message, @Nullable String remedy) {
    /** How bad it is. */
    enum Grade {
        OK,
        NOTE,
        PROBLEM
    }

    static Finding ok(String check, String message) {
        return new Finding(check, Grade.OK, message, null);
    }

    static Finding note(String check, String message, String remedy) {
        return new Finding(check, Grade.NOTE, message, remedy);
    }

    static Finding problem(String check, String message, String remedy) {
        return new Finding(check, Grade.PROBLEM, message, remedy);
    }

    boolean isProblem() {
        return grade == Grade.PROBLEM;
    }
}
