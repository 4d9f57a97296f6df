package dev.rework.cli;

import dev.rework.Rework;
import java.util.List;
import picocli.CommandLine.Command;

/** A verb on one plan: {@code rework pause-scheduled}, {@code resume-scheduled}, {@code launch-scheduled}. */
abstract class PlanVerb extends DatabaseCommand {
    /** False when there is no such plan. */
    abstract boolean done(Rework client, long plan);

    @Override
    protected List<String> needs() {
        return List.of("PLAN_ID");
    }

    @Override
    protected ExitCode perform(Database database) {
        if (!done(database.client(), id(0))) {
            throw Unprepare.unknown(id(0));
        }
        return ExitCode.DONE;
    }

    /** No more tasks by itself. */
    @Command(description = "Lets a plan make no tasks until it is resumed.")
    static final class Pause extends PlanVerb {
        @Override
        boolean done(Rework client, long plan) {
            return client.pausePlan(plan);
        }
    }

    /** Goes on. */
    @Command(description = "Lets a paused plan go on with its next instant; those of the pause are gone.")
    static final class Resume extends PlanVerb {
        @Override
        boolean done(Rework client, long plan) {
            return client.resumePlan(plan);
        }
    }

    /** A task at once. */
    @Command(description = "Makes a task of a plan at once and prints its id.")
    static final class Launch extends PlanVerb {
        @Override
        boolean done(Rework client, long plan) {
            return client.runPlan(plan)
                    .map(task -> {
                        out().println(task.id());
                        return true;
                    })
                    .orElse(false);
        }
    }
}
