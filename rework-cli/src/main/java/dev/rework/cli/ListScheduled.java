package dev.rework.cli;

import dev.rework.internal.db.PlanStore;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code rework list-scheduled}. */
@Command(description = "Plans: operations that run by a cron rule, the newest last.")
final class ListScheduled extends DatabaseCommand {
    @Mixin
    ListOptions which = new ListOptions();

    @Option(names = "--state", paramLabel = "STATE", description = "Only in this state: active or paused.")
    @Nullable
    String state;

    @Option(names = "--operation", paramLabel = "NAME", description = "Only of this operation.")
    @Nullable
    String operation;

    @Override
    protected ExitCode perform(Database database) {
        PlanStore.Filter filter =
                new PlanStore.Filter(which.domain, which.host, operation, paused(), which.limit(), which.after);
        output().list(new PlanStore(database.jdbi()).list(filter), PlanForm.FORM);
        return ExitCode.DONE;
    }

    private @Nullable Boolean paused() {
        if (state == null) {
            return null;
        }
        return switch (state.toLowerCase(Locale.ROOT)) {
            case "active" -> Boolean.FALSE;
            case "paused" -> Boolean.TRUE;
            default -> throw new Refusal(ExitCode.USAGE, "--state must be active or paused, not `" + state + "`");
        };
    }
}
