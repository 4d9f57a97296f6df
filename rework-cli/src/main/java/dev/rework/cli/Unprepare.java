package dev.rework.cli;

import java.util.List;
import picocli.CommandLine.Command;

/** {@code rework unprepare}. */
@Command(description = "Deletes a plan; the tasks it made stay.")
final class Unprepare extends DatabaseCommand {
    @Override
    protected List<String> needs() {
        return List.of("PLAN_ID");
    }

    @Override
    protected ExitCode perform(Database database) {
        long id = id(0);
        boolean deleted = database.client().unprepare(id);
        out().println(id + " : removed " + (deleted ? 1 : 0) + " prepared operation");
        if (deleted) {
            return ExitCode.DONE;
        }
        throw unknown(id);
    }

    static Refusal unknown(long id) {
        return new Refusal(ExitCode.UNKNOWN, "there is no plan " + id, "rework list-scheduled shows them");
    }
}
