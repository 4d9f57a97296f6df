package dev.rework.cli;

import dev.rework.Plan;
import dev.rework.PlanBuilder;
import dev.rework.internal.Codec;
import dev.rework.internal.CronRule;
import dev.rework.internal.db.OperationStore;
import java.io.IOException;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code rework prepare}. */
@Command(
        description = {
            "Makes OPERATION run by the cron rule RULE and prints the plan's id.",
            "RULE: minute hour day month weekday, or six fields with seconds first."
        })
final class PrepareCommand extends DatabaseCommand {
    @Mixin
    PlanOptions options = new PlanOptions();

    @Mixin
    InputOptions input = new InputOptions();

    @Option(names = "--domain", paramLabel = "DOMAIN", description = "The operation's domain, when it is in several.")
    @Nullable
    String domain;

    @Option(names = "--host", paramLabel = "HOST", description = "The only host that may run its tasks.")
    String host = "";

    @Override
    protected List<String> needs() {
        return List.of("OPERATION", "RULE");
    }

    @Override
    protected ExitCode perform(Database database) throws IOException {
        input.demandOne();
        String operation = word(0);
        PlanBuilder plan = begin(database, operation, word(1), PlanOptions.zone("--zone", options.zone));
        options.describe(plan);
        plan.host(host).metadata(input.metadata());
        if (domain != null) {
            plan.domain(domain);
        }
        String json = input.json(rework().shell(), new OperationStore(database.jdbi()), operation, domain);
        if (json != null) {
            plan.input(Codec.parse(json));
        }
        byte[] raw = input.raw(rework().shell());
        if (raw != null) {
            plan.rawInput(raw);
        }
        out().println(save(plan).id());
        return ExitCode.DONE;
    }

    /** A plan by a rule that is right. */
    static PlanBuilder begin(Database database, String operation, String rule, ZoneId zone) {
        try {
            CronRule.parse(rule, zone);
        } catch (IllegalArgumentException e) {
            throw new Refusal(
                    ExitCode.USAGE,
                    String.valueOf(e.getMessage()),
                    "five fields: minute hour day month weekday (\"30 2 * * MON-FRI\"); six: seconds first");
        }
        return database.client().prepare(operation, rule).zone(zone);
    }

    static Plan save(PlanBuilder plan) {
        try {
            return plan.save();
        } catch (IllegalArgumentException e) {
            throw new Refusal(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }
}
