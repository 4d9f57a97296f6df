package dev.rework.cli;

import dev.rework.internal.PlainText;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Supplier;
import picocli.CommandLine;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Runs one command line within a {@link Shell}: what {@link Main} and the tests call. */
public final class Cli {
    private Cli() {}

    /** Answers the exit code; nothing is thrown. */
    public static int run(Shell shell, String... arguments) {
        ReworkCommand root = new ReworkCommand(shell);
        CommandLine line = commandLine(root, arguments);
        if (arguments.length == 0) {
            line.usage(line.getErr());
            return ExitCode.USAGE.code();
        }
        int code = line.execute(arguments);
        shell.out().flush();
        shell.err().flush();
        return code;
    }

    /** With the named verb alone when the first argument names one of ours: building all of them takes a while. */
    private static CommandLine commandLine(ReworkCommand root, String... arguments) {
        Map<String, Supplier<Object>> own = Commands.own();
        Supplier<Object> named = arguments.length == 0 ? null : own.get(arguments[0]);
        return named == null || Commands.needsAll(arguments[0])
                ? commandLine(root, Commands.all())
                : commandLine(root, Map.of(arguments[0], named));
    }

    static CommandLine commandLine(ReworkCommand root, Map<String, Supplier<Object>> commands) {
        Shell shell = root.shell();
        CommandLine line = new CommandLine(root);
        commands.forEach((name, make) -> {
            CommandLine verb = new CommandLine(make.get());
            if (verb.getCommand() instanceof DatabaseCommand command) {
                verb.getCommandSpec().usageMessage().customSynopsis(command.synopsis(name));
            }
            if (verb.getCommand() instanceof DbCommand) {
                DbCommand.VERBS.forEach((word, makeVerb) -> verb.addSubcommand(word, makeVerb.get()));
            }
            line.addSubcommand(name, verb);
        });
        line.setOut(writer(shell.out()));
        line.setErr(writer(shell.err()));
        line.setColorScheme(colours(Palette.choose(null, shell.outIsTerminal(), shell.variable("NO_COLOR"))));
        line.setUsageHelpAutoWidth(false);
        line.setUsageHelpWidth(110);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        // A value that begins with @ is a value, and not a file whose words take its place.
        line.setExpandAtFiles(false);
        line.setParameterExceptionHandler((error, given) -> misused(root, error));
        line.setExecutionExceptionHandler((error, at, parsed) -> failed(root, error));
        return line;
    }

    private static PrintWriter writer(java.io.PrintStream stream) {
        return new PrintWriter(stream, true, StandardCharsets.UTF_8);
    }

    private static ColorScheme colours(Palette palette) {
        return CommandLine.Help.defaultColorScheme(palette == Palette.ANSI ? Ansi.ON : Ansi.OFF);
    }

    private static int misused(ReworkCommand root, ParameterException error) {
        boolean isWord = error instanceof UnmatchedArgumentException unmatched
                && error.getCommandLine().getParent() == null
                && !unmatched.getUnmatched().get(0).startsWith("-");
        String message = isWord
                ? "there is no command `"
                        + ((UnmatchedArgumentException) error).getUnmatched().get(0) + "`"
                : oneLine(error);
        return say(root, new Refusal(ExitCode.USAGE, message, hint(error), error));
    }

    private static String hint(ParameterException error) {
        return error instanceof UnmatchedArgumentException unmatched
                        && !unmatched.getSuggestions().isEmpty()
                ? "did you mean: " + String.join(", ", unmatched.getSuggestions())
                : "see: " + error.getCommandLine().getCommandSpec().qualifiedName() + " --help";
    }

    private static int failed(ReworkCommand root, Throwable error) {
        return say(root, Verdict.on(error));
    }

    private static String oneLine(Throwable error) {
        return String.valueOf(error.getMessage()).strip().replaceAll("\\s*\\R\\s*", "; ");
    }

    private static int say(ReworkCommand root, Refusal refusal) {
        Palette palette = root.errorPalette();
        Shell shell = root.shell();
        shell.out().flush();
        shell.err()
                .println(palette.paint(Palette.Colour.RED, "rework: ")
                        + PlainText.shown(
                                PlainText.bounded(Passwords.hidden(String.valueOf(refusal.getMessage()))), false));
        if (refusal.hint() != null) {
            shell.err()
                    .println(palette.paint(
                            Palette.Colour.FAINT, "  " + PlainText.shown(Passwords.hidden(refusal.hint()), false)));
        }
        if (root.debug) {
            StringWriter trace = new StringWriter();
            (refusal.getCause() == null ? refusal : refusal.getCause()).printStackTrace(new PrintWriter(trace, true));
            // Its messages may quote what stands in a row.
            shell.err().print(PlainText.shown(Passwords.hidden(trace.toString()), true));
        }
        return refusal.exitCode().code();
    }
}
