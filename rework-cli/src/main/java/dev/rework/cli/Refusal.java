package dev.rework.cli;

import java.io.Serial;
import org.jspecify.annotations.Nullable;

/** Why a command cannot do what it was asked: one line, a hint where there is a next step, and the exit code. */
public final class Refusal extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1;

    private final ExitCode exitCode;
    private final @Nullable String hint;

    /** Without a hint. */
    public Refusal(ExitCode exitCode, String message) {
        this(exitCode, message, null);
    }

    /** With the next step as {@code hint}. */
    public Refusal(ExitCode exitCode, String message, @Nullable String hint) {
        this(exitCode, message, hint, null);
    }

    Refusal(ExitCode exitCode, String message, @Nullable String hint, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
        this.hint = hint;
    }

    /** How the process ends. */
    public ExitCode exitCode() {
        return exitCode;
    }

    /** What to do next, when that is known. */
    public @Nullable String hint() {
        return hint;
    }
}
