package dev.rework.cli;

import dev.rework.internal.SecretKeys;
import picocli.CommandLine.Command;

/** {@code rework make-secret-key}. */
@Command(
        description = {
            "Adds a new key for @Secret inputs to this user's file of keys, and prints its name, not the key.",
            "The newest key seals, all of them open. Copy the file to every host that schedules or runs such tasks."
        })
final class MakeSecretKey extends CliCommand {
    @Override
    protected ExitCode perform() {
        Shell shell = rework().shell();
        SecretKeys keys = SecretKeys.of(shell.environment(), shell.home());
        out().println(keys.add());
        err().println("key added to " + TaskForm.shown(keys.where()) + ", readable by you alone");
        return ExitCode.DONE;
    }
}
