package dev.rework;

import java.util.List;

/** What was to be registered is not fit for it; nothing was registered. */
public final class InvalidOperation extends ReworkException {
    private final List<String> problems;

    /** All problems, each with its class and line where there is one. */
    public InvalidOperation(List<String> problems) {
        super(problems, "; ");
        this.problems = List.copyOf(problems);
    }

    /** The same, found by an error. */
    public InvalidOperation(List<String> problems, Throwable cause) {
        super(problems, "; ", cause);
        this.problems = List.copyOf(problems);
    }

    /** Everything that is wrong. */
    public List<String> problems() {
        return problems;
    }
}
