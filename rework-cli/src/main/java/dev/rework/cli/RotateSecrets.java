package dev.rework.cli;

import dev.rework.SecretKeyMissing;
import picocli.CommandLine.Command;

/** {@code rework rotate-secrets}. */
@Command(
        description = {
            "Seals the @Secret inputs of tasks and plans with the newest key; then older keys can be taken out of the file.",
            "Make a new key first (make-secret-key), and copy the file of keys to every host."
        })
final class RotateSecrets extends DatabaseCommand {
    @Override
    protected ExitCode perform(Database database) {
        if (database.secretKeys().ring().isEmpty()) {
            throw new SecretKeyMissing(
                    "there is no key in " + database.secretKeys().where() + ": rework make-secret-key makes one");
        }
        out().println("sealed " + database.client().rotateSecrets() + " inputs with the newest key");
        return ExitCode.DONE;
    }
}
