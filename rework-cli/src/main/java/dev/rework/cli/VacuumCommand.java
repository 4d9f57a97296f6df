package dev.rework.cli;

import dev.rework.internal.Limits;
import dev.rework.internal.db.Retention;
import java.time.Duration;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rework vacuum}. */
@Command(description = "Deletes finished tasks with their lines, or dead workers; monitors do it by themselves too.")
final class VacuumCommand extends DatabaseCommand {
    @Option(names = "--tasks", description = "Delete finished tasks.")
    boolean tasks;

    @Option(names = "--workers", description = "Delete the rows of dead workers.")
    boolean workers;

    @Option(names = "--audit", description = "Delete audit rows older than --days, 90 at least.")
    boolean audit;

    @Option(names = "--queued", description = "With --tasks: delete queued tasks instead of finished ones.")
    boolean queued;

    @Option(names = "--domain", paramLabel = "DOMAIN", description = "Of this domain (${DEFAULT-VALUE}).")
    String domain = "default";

    @Option(names = "--days", paramLabel = "N", description = "Older than so many days (${DEFAULT-VALUE}).")
    int days;

    @Override
    protected ExitCode perform(Database database) {
        if (days > Limits.DURATION.toDays()) {
            throw new Refusal(ExitCode.USAGE, "--days must be at most " + Limits.DURATION.toDays() + ", not " + days);
        }
        if (audit) {
            return audit(database);
        }
        if (tasks && workers) {
            throw new Refusal(ExitCode.USAGE, "vacuum deletes workers or tasks, not both at the same time");
        }
        if (!tasks && !workers) {
            throw new Refusal(ExitCode.USAGE, "to cleanup old workers or tasks please use --workers or --tasks");
        }
        if (queued && !tasks) {
            throw new Refusal(ExitCode.USAGE, "--queued goes with --tasks");
        }
        if (days < 0) {
            throw new Refusal(ExitCode.USAGE, "--days must be 0 or more, not " + days);
        }
        Retention retention = Retention.byHand(database.jdbi());
        Duration age = Duration.ofDays(days);
        if (workers) {
            out().println("deleted " + retention.deadWorkers(domain, age) + " workers");
        } else {
            long deleted = queued ? retention.queuedTasks(domain, age) : retention.finishedTasks(domain, age);
            out().println("deleted " + deleted + " tasks");
        }
        return ExitCode.DONE;
    }

    private ExitCode audit(Database database) {
        if (tasks || workers || queued || days < Retention.AUDIT_DAYS) {
            throw new Refusal(
                    ExitCode.USAGE,
                    "--audit goes alone, with --days " + Retention.AUDIT_DAYS + " or more: younger rows are kept");
        }
        out().println("deleted " + new Retention(database.jdbi()).audit(Duration.ofDays(days)) + " audit rows");
        return ExitCode.DONE;
    }
}
