package dev.rework;

import dev.rework.internal.db.PlanPolicy;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A plan about to be prepared: {@code rework.prepare("report", "0 15 8,12 * * *").zone("Europe/Paris").save()}. For one
 * thread.
 *
 * <p>A rule has 5 fields (minute, hour, day of month, month, day of week), or 6 with seconds first; lists, ranges, steps
 * and names, {@code L}, {@code 15W}, {@code FRI#2}, and {@code @daily} and its like. Where clocks are changed, a rule
 * with fixed hours whose time does not exist fires once, right after the gap; one with fixed hours and minutes whose
 * time comes twice fires the first time only; rules with an open hour ({@code *}, {@code *&#47;2}) follow elapsed time.
 */
public final class PlanBuilder {
    private final Function<PlanBuilder, Plan> saving;
    final TaskBuilder<Object> task;
    final String rule;
    ZoneId zone = ZoneId.of("UTC");
    Missed missed = PlanPolicy.DEFAULT.missed();
    int missedMax = PlanPolicy.DEFAULT.missedMax();
    Overlap overlap = PlanPolicy.DEFAULT.overlap();
    Duration jitter = PlanPolicy.DEFAULT.jitter();

    @Nullable
    Boolean paused;

    PlanBuilder(TaskBuilder<Object> task, String rule, Function<PlanBuilder, Plan> saving) {
        this.task = task;
        this.rule = rule;
        this.saving = saving;
    }

    /** The operation's domain; without it {@code default}, else the only other domain that has the operation. */
    public PlanBuilder domain(String domain) {
        task.domain(domain);
        return this;
    }

    /** The only host that may run its tasks; it must have registered the operation. */
    public PlanBuilder host(String host) {
        task.host(host);
        return this;
    }

    /** The input of its tasks, checked by the operation's schema now and at every fire. */
    public PlanBuilder input(@Nullable Object input) {
        task.input(input);
        return this;
    }

    /** Bytes to hand to the operation as they are: {@link TaskContext#rawInput()}. */
    public PlanBuilder rawInput(byte[] rawInput) {
        task.rawInput(rawInput);
        return this;
    }

    /** What to attach to its tasks, as JSON of at most 64 KB. */
    public PlanBuilder metadata(Map<String, ?> metadata) {
        task.metadata(metadata);
        return this;
    }

    /** Whose wall clock the rule reads: {@code Europe/Paris}; UTC without. */
    public PlanBuilder zone(String zone) {
        return zone(ZoneId.of(zone));
    }

    /** Whose wall clock the rule reads; UTC without. */
    public PlanBuilder zone(ZoneId zone) {
        this.zone = zone;
        return this;
    }

    /** What becomes of instants at which no monitor was there; {@link Missed#SKIP} without. */
    public PlanBuilder missed(Missed missed) {
        this.missed = missed;
        return this;
    }

    /** How many missed or waiting instants are kept at most; 100 without. */
    public PlanBuilder missedMax(int missedMax) {
        this.missedMax = missedMax;
        return this;
    }

    /** What becomes of an instant while the previous task has not ended; {@link Overlap#ALLOW} without. */
    public PlanBuilder overlap(Overlap overlap) {
        this.overlap = overlap;
        return this;
    }

    /** Each task starts up to this much after its instant, at random; none without. */
    public PlanBuilder jitter(Duration jitter) {
        this.jitter = jitter;
        return this;
    }

    /** Whether it waits for {@link Rework#resumePlan}; without, as it is. */
    public PlanBuilder paused(boolean paused) {
        this.paused = paused;
        return this;
    }

    /**
     * Stores the plan. The same operation, domain, host, rule, zone and input are the same plan: it keeps its id and
     * gets these policies and metadata. Throws {@link IllegalArgumentException} for a wrong rule, naming the field, or
     * one that never fires; {@link UnknownOperation}; {@link InvalidInput} with every problem. Blocks for its statement.
     */
    public Plan save() {
        return saving.apply(this);
    }
}
