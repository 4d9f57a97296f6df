package dev.rework.monitor;

import dev.rework.InvalidInput;
import dev.rework.internal.CronRule;
import dev.rework.internal.FaultPoint;
import dev.rework.internal.InputSchema;
import dev.rework.internal.db.Database;
import dev.rework.internal.db.PlanFires;
import dev.rework.internal.db.PlanFires.Candidate;
import dev.rework.internal.db.PlanFires.Move;
import dev.rework.internal.db.PlanFires.Order;
import dev.rework.internal.db.PlanFires.Watch;
import dev.rework.internal.db.TaskStore;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The duty that fires the plans of a domain: one task per (plan, instant), however many monitors of the domain do this
 * at once and wherever they die. It blocks for its statements, one per second while nothing is due. For one thread.
 */
public final class FirePlans {
    private static final Logger LOG = LoggerFactory.getLogger(FirePlans.class);
    private static final Duration EVERY = Duration.ofSeconds(1);
    private static final Duration WAITING = Duration.ofMillis(200);
    private static final Duration WATCH = Duration.ofSeconds(5);

    private final PlanFires plans;
    private final String domain;
    private final @Nullable InstantSource clock;
    private final Map<Spelling, CronRule> rules = new HashMap<>();
    private Instant next = Instant.EPOCH;
    private Instant polledAt = Instant.EPOCH;
    private long polledNanos;

    private record Spelling(String rule, String zone) {}

    /** By the database's clock. */
    public FirePlans(DataSource database, String domain) {
        this(database, domain, null);
    }

    /** By a clock that tests set; null for the database's. */
    public FirePlans(DataSource database, String domain, @Nullable InstantSource clock) {
        this.plans = new PlanFires(TaskStore.jdbi(database));
        this.domain = domain;
        this.clock = clock;
    }

    /**
     * Fires what is due; how many tasks it made. Does nothing while nothing can be due: call it often. Throws what the
     * database throws; the next call takes everything up again.
     */
    public int step() {
        if (now().isBefore(next)) {
            return 0;
        }
        Watch watch = plans.poll(domain);
        Instant now = clock == null ? watch.now() : clock.instant();
        polledAt = watch.now();
        polledNanos = System.nanoTime();
        next = now.plus(EVERY);
        int made = 0;
        for (Candidate plan : watch.plans()) {
            made += fireAlone(plan, now, watch.watched());
        }
        Instant watched = watch.watched();
        if (watched == null || watched.isBefore(now.minus(WATCH))) {
            plans.watched(domain, now);
        }
        return made;
    }

    /** Says that this domain's plans have been watched until now, whatever the time that has passed by a clock that is set. */
    void keptWatch() {
        plans.watched(domain, now());
    }

    /** How long from now nothing can be due. */
    public Duration idle() {
        Duration left = Duration.between(now(), next);
        return left.isNegative() ? Duration.ZERO : left;
    }

    private Instant now() {
        return clock != null ? clock.instant() : polledAt.plusNanos(System.nanoTime() - polledNanos);
    }

    /** A plan that cannot be fired must not hold up the others. */
    private int fireAlone(Candidate plan, Instant now, @Nullable Instant watched) {
        try {
            return fire(plan, now, watched);
        } catch (RuntimeException e) {
            if (Database.isLost(e)) {
                throw e;
            }
            LOG.error("plan {} could not be fired", plan.id(), e);
            plans.note(plan.id(), "it could not be fired: " + e.getMessage());
            return 0;
        }
    }

    private int fire(Candidate plan, Instant now, @Nullable Instant watched) {
        CronRule rule = rule(plan);
        if (rule == null) {
            return 0;
        }
        Optional<PlanDecision> decision = PlanDecision.decide(rule, plan, now, watched);
        int made = decision.isPresent() ? act(plan, decision.get()) : 0;
        Instant position = decision.map(PlanDecision::position).orElse(plan.position());
        Instant due = rule.next(position).orElse(next);
        lookAgain(due.isAfter(now) ? due : now.plus(WAITING));
        return made;
    }

    private void lookAgain(Instant at) {
        next = at.isBefore(next) ? at : next;
    }

    private @Nullable CronRule rule(Candidate plan) {
        if (rules.size() > 10_000) {
            rules.clear();
        }
        try {
            return rules.computeIfAbsent(
                    new Spelling(plan.rule(), plan.zone()),
                    spelling -> CronRule.parse(spelling.rule, ZoneId.of(spelling.zone)));
        } catch (IllegalArgumentException | DateTimeException e) {
            plans.note(plan.id(), "it cannot fire: " + e.getMessage());
            return null;
        }
    }

    private int act(Candidate plan, PlanDecision decision) {
        Optional<Order> order = plans.order(plan.id());
        if (order.isEmpty()) {
            return 0;
        }
        Checked checked = check(order.get());
        String note = note(order.get(), checked, decision);
        FaultPoint.pass("monitor.plan-decided");
        int made = plans.fire(new Move(
                plan.id(),
                plan.position(),
                decision.position(),
                decision.instants(),
                decision.skipped(),
                note,
                checked.input,
                checked.refused));
        FaultPoint.pass("monitor.plan-fired");
        if (made >= 0 && checked.refused != null) {
            LOG.warn("plan {} of `{}`: {}", plan.id(), order.get().operation(), note);
        }
        return Math.max(made, 0);
    }

    /** An input, or why it no longer fits. */
    private record Checked(@Nullable String input, @Nullable String refused) {}

    /** The operation may have been registered with another schema since the plan was prepared. */
    private static Checked check(Order order) {
        String input = order.input();
        InputSchema schema = order.raw() ? null : InputSchema.parse(order.schema());
        if (schema == null) {
            return new Checked(input, null);
        }
        try {
            return new Checked(schema.accept(input), null);
        } catch (InvalidInput e) {
            return new Checked(input, "the plan's input does not fit the operation any more: " + e.getMessage());
        }
    }

    private static @Nullable String note(Order order, Checked checked, PlanDecision decision) {
        if (checked.refused != null) {
            return checked.refused;
        }
        if (!order.served() && !decision.instants().isEmpty()) {
            return "no host has `" + order.operation() + "` registered: its tasks wait";
        }
        return decision.note();
    }
}
