package dev.rework.cli;

import dev.rework.Missed;
import dev.rework.Overlap;
import dev.rework.PlanBuilder;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** When and how a plan fires, as options give it. */
final class PlanOptions {
    private static final Pattern ALL = Pattern.compile("all(?:\\((\\d{1,5})\\)|[:=](\\d{1,5}))?");

    @Option(names = "--zone", paramLabel = "ZONE", description = "Whose clock the rule reads (${DEFAULT-VALUE}).")
    String zone = "UTC";

    @Option(
            names = "--missed",
            paramLabel = "POLICY",
            description = "Instants at which no monitor was there: skip, once, all or all(N) (${DEFAULT-VALUE}).")
    String missed = "skip";

    @Option(
            names = "--overlap",
            paramLabel = "POLICY",
            description = "While the previous task has not ended: allow, skip or queue (${DEFAULT-VALUE}).")
    String overlap = "allow";

    @Option(names = "--jitter", paramLabel = "DURATION", description = "Start up to this much later, at random.")
    @Nullable
    String jitter;

    void describe(PlanBuilder plan) {
        plan.zone(zone("--zone", zone)).overlap(overlap("--overlap", overlap));
        missed("--missed", missed, plan);
        if (jitter != null) {
            plan.jitter(Moments.duration("--jitter", jitter));
        }
    }

    static ZoneId zone(String option, String text) {
        try {
            return ZoneId.of(text);
        } catch (DateTimeException e) {
            throw new Refusal(
                    ExitCode.USAGE, option + " must be a time zone such as UTC or Europe/Paris, not `" + text + "`");
        }
    }

    static Overlap overlap(String option, String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "allow" -> Overlap.ALLOW;
            case "skip" -> Overlap.SKIP;
            case "queue" -> Overlap.QUEUE;
            default -> throw new Refusal(ExitCode.USAGE, option + " must be allow, skip or queue, not `" + text + "`");
        };
    }

    static void missed(String option, String text, PlanBuilder plan) {
        String policy = text.toLowerCase(Locale.ROOT);
        Matcher all = ALL.matcher(policy);
        if (policy.equals("skip")) {
            plan.missed(Missed.SKIP);
        } else if (policy.equals("once")) {
            plan.missed(Missed.ONCE);
        } else if (all.matches()) {
            plan.missed(Missed.ALL);
            String most = all.group(1) == null ? all.group(2) : all.group(1);
            if (most != null) {
                plan.missedMax(Integer.parseInt(most));
            }
        } else {
            throw new Refusal(ExitCode.USAGE, option + " must be skip, once, all or all(N), not `" + text + "`");
        }
    }
}
