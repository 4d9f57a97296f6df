package dev.rework.cli;

import java.io.PrintStream;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** One verb of {@code rework}. Its options are fields; {@link #perform} does the work and says how it ended. */
public abstract class CliCommand implements Callable<Integer> {
    @ParentCommand
    @Nullable
    ReworkCommand parent;

    @Spec
    @Nullable
    CommandSpec spec;

    /** Does the work; a {@link Refusal} or {@code ReworkException} becomes one line on standard error. */
    protected abstract ExitCode perform() throws Exception;

    @Override
    public Integer call() throws Exception {
        return perform().code();
    }

    final ReworkCommand rework() {
        if (parent == null) {
            throw new IllegalStateException("not run by picocli");
        }
        return parent;
    }

    final CommandSpec spec() {
        if (spec == null) {
            throw new IllegalStateException("not run by picocli");
        }
        return spec;
    }

    /** Where results go. */
    protected final PrintStream out() {
        return rework().shell().out();
    }

    /** Where remarks go. */
    protected final PrintStream err() {
        return rework().shell().err();
    }

    /** Whether stack traces are wanted. */
    protected final boolean debug() {
        return rework().debug;
    }

    final Output output() {
        return new Output(rework().format, rework().palette(), out());
    }
}
