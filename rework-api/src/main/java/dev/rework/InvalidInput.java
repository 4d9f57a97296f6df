package dev.rework;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A value does not fit: the input of an operation (no task was made), or JSON read as another type. */
public final class InvalidInput extends ReworkException {
    private final @Nullable String operation;
    private final List<Problem> problems;

    /** All that is wrong, at least one; {@code operation} is null when no operation is concerned. */
    public InvalidInput(@Nullable String operation, List<Problem> problems) {
        super(lines(operation, problems), "; ");
        this.operation = operation;
        this.problems = List.copyOf(problems);
    }

    /** All that is wrong, at least one, before the operation's name is known. */
    public InvalidInput(List<Problem> problems) {
        this(null, problems);
    }

    private static List<String> lines(@Nullable String operation, List<Problem> problems) {
        List<String> lines = new ArrayList<>();
        for (Problem problem : problems) {
            lines.add((lines.isEmpty() ? start(operation) : "") + line(problem));
        }
        return lines;
    }

    private static String start(@Nullable String operation) {
        return operation == null ? "invalid value: " : "invalid input for `" + operation + "`: ";
    }

    private static String line(Problem problem) {
        return problem.path().isEmpty() ? problem.message() : problem.path() + ": " + problem.message();
    }

    /** The operation's name, when one is concerned. */
    public @Nullable String operation() {
        return operation;
    }

    /** Everything that is wrong with it. */
    public List<Problem> problems() {
        return problems;
    }
}
