package dev.rework.cli;

import dev.rework.Plan;
import dev.rework.internal.CronRule;
import dev.rework.internal.db.PlanStore;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rework scheduled-plan}. */
@Command(description = "What the plans of DOMAIN will run within the next hours, in UTC; paused ones left out.")
final class ScheduledPlan extends DatabaseCommand {
    private static final int MOST = 100_000;
    private static final DateTimeFormatter UTC =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ssxxx", Locale.ROOT).withZone(ZoneOffset.UTC);
    private static final Output.Form<Fire> FORM = new Output.Form<>(
            List.of("time", "operation", "domain", "plan"),
            ScheduledPlan::values,
            (fire, palette) -> UTC.format(fire.at) + " "
                    + palette.paint(Palette.Colour.CYAN, TaskForm.shown(fire.plan.operation())));

    @Option(names = "--hours", paramLabel = "N", description = "How far ahead (${DEFAULT-VALUE}).")
    int hours = 1;

    private record Fire(Instant at, Plan plan) {}

    private static Map<String, Object> values(Fire fire) {
        Map<String, Object> values = new LinkedHashMap<>();
        values.put("time", String.valueOf(PlanForm.time(fire.at, ZoneOffset.UTC)));
        values.put("operation", fire.plan.operation());
        values.put("domain", fire.plan.domain());
        values.put("plan", fire.plan.id());
        return values;
    }

    @Override
    protected List<String> needs() {
        return List.of("DOMAIN");
    }

    @Override
    protected ExitCode perform(Database database) {
        if (hours < 1 || hours > 100_000) {
            throw new Refusal(ExitCode.USAGE, "--hours must be between 1 and 100000, not " + hours);
        }
        Instant from = Instant.now();
        Instant to = from.plus(Duration.ofHours(hours));
        List<Plan> plans = new PlanStore(database.jdbi())
                .list(new PlanStore.Filter(word(0), null, null, false, Integer.MAX_VALUE, null));
        List<Fire> fires = ahead(plans, from, to);
        output().list(fires.subList(0, Math.min(MOST, fires.size())), FORM);
        if (fires.size() > MOST) {
            err().println("more than " + MOST + " in " + hours + " hours: the rest is not shown");
        }
        return ExitCode.DONE;
    }

    /** In order; those of one instant in the order of the plans. */
    private static List<Fire> ahead(List<Plan> plans, Instant from, Instant to) {
        List<Fire> fires = new ArrayList<>();
        for (Plan plan : plans) {
            if (plan.fires()) {
                for (Instant at : CronRule.parse(plan.rule(), plan.zone()).between(from, to, MOST + 1)) {
                    fires.add(new Fire(at, plan));
                }
            }
        }
        fires.sort(Comparator.comparing(Fire::at));
        return fires;
    }
}
