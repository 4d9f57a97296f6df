package dev.rework.cli;

import picocli.AutoComplete;
import picocli.CommandLine.Command;

/** {@code rework generate-completion}. */
@Command(description = "Prints completion for bash and zsh: source <(rework generate-completion)")
final class CompletionCommand extends CliCommand {
    @Override
    protected ExitCode perform() {
        out().print(AutoComplete.bash("rework", spec().root().commandLine()));
        out().flush();
        return ExitCode.DONE;
    }
}
