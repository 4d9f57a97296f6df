package dev.rework.cli;

import dev.rework.Missed;
import dev.rework.Overlap;
import dev.rework.Plan;
import dev.rework.internal.Codec;
import dev.rework.internal.SecretInput;
import java.time.Instant;
import java.time.ZoneId;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a plan is written: its JSON keys and its line. */
final class PlanForm {
    static final Output.Form<Plan> FORM = new Output.Form<>(
            List.of(
                    "id",
                    "operation",
                    "domain",
                    "host",
                    "rule",
                    "zone",
                    "input",
                    "metadata",
                    "missed",
                    "missedMax",
                    "overlap",
                    "jitter",
                    "paused",
                    "declared",
                    "position",
                    "next",
                    "fired",
                    "skipped",
                    "note"),
            PlanForm::values,
            PlanForm::line);

    private PlanForm() {}

    private static Map<String, @Nullable Object> values(Plan plan) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("id", plan.id());
        values.put("operation", plan.operation());
        values.put("domain", plan.domain());
        values.put("host", plan.host());
        values.put("rule", plan.rule());
        values.put("zone", plan.zone().getId());
        String input = plan.input();
        String seen = SecretInput.masked(null, input);
        values.put("input", seen == null ? null : Codec.parseToShow(seen));
        values.put("metadata", plan.metadata());
        values.put("missed", TaskForm.lower(plan.missed()));
        values.put("missedMax", plan.missedMax());
        values.put("overlap", TaskForm.lower(plan.overlap()));
        values.put("jitter", plan.jitter().toString());
        values.put("paused", plan.paused());
        values.put("declared", plan.declared());
        values.put("position", time(plan.position(), plan.zone()));
        values.put("next", time(plan.next(), plan.zone()));
        values.put("fired", plan.fired());
        values.put("skipped", plan.skipped());
        values.put("note", plan.note());
        return values;
    }

    static @Nullable String time(@Nullable Instant instant, ZoneId zone) {
        return instant == null ? null : Stamp.iso(instant.atZone(zone).toOffsetDateTime());
    }

    /** {@code 2 `hello` default `no host` `no meta` "0 *&#47;20 * * * *"}, then what is not as by default. */
    private static String line(Plan plan, Palette palette) {
        StringBuilder line = new StringBuilder();
        line.append(plan.id()).append(' ');
        line.append(palette.paint(Palette.Colour.CYAN, "`" + TaskForm.shown(plan.operation()) + "`"))
                .append(' ');
        line.append(TaskForm.shown(plan.domain())).append(' ');
        line.append(plan.host().isEmpty() ? "`no host`" : TaskForm.shown(plan.host()))
                .append(' ');
        line.append(plan.metadata().isEmpty() ? "`no meta`" : Output.json(plan.metadata()))
                .append(' ');
        line.append(palette.paint(Palette.Colour.GREEN, "\"" + TaskForm.shown(plan.rule()) + "\""));
        String extras = extras(plan);
        String note = plan.note();
        return line + extras + (note == null ? "" : " " + palette.paint(Palette.Colour.YELLOW, TaskForm.shown(note)));
    }

    private static String extras(Plan plan) {
        StringBuilder extras = new StringBuilder();
        String zone = plan.zone().getId();
        extras.append(zone.equals("UTC") || zone.equals("Z") ? "" : " " + zone);
        extras.append(plan.missed() == Missed.SKIP ? "" : " missed=" + missed(plan));
        extras.append(plan.overlap() == Overlap.ALLOW ? "" : " overlap=" + TaskForm.lower(plan.overlap()));
        extras.append(plan.jitter().isZero() ? "" : " jitter=" + plan.jitter());
        extras.append(plan.declared() ? " declared" : "");
        extras.append(plan.paused() ? " paused" : "");
        return extras.toString();
    }

    /** As {@code --missed} takes it. */
    static String missed(Plan plan) {
        String policy = TaskForm.lower(plan.missed());
        return plan.missed() == Missed.ALL ? policy + "(" + plan.missedMax() + ")" : policy;
    }
}
