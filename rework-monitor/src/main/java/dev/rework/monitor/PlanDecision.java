package dev.rework.monitor;

import dev.rework.Overlap;
import dev.rework.internal.CronRule;
import dev.rework.internal.db.PlanFires.Candidate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What to do about a plan of which instants have come: pure.
 *
 * @param instants a task for each of these
 * @param position the last instant decided upon, from now on
 * @param skipped how many instants are given up; counted up to {@value #COUNTED}
 */
record PlanDecision(
        List<Instant> instants,
        Instant position,
        int skipped,
        @Nullable String note) {
    /** When monitors of a domain were away for less than this, its plans were late, and missed nothing. */
    static final Duration AWAY = Duration.ofSeconds(15);

    private static final int COUNTED = 10_000;
    private static final int LATE = 1_000;

    /**
     * Nothing when no instant has come, or when those that came go on waiting for the previous task.
     *
     * @param watched when all plans of the domain had last been dealt with; null when never
     */
    static Optional<PlanDecision> decide(CronRule rule, Candidate plan, Instant now, @Nullable Instant watched) {
        int came = rule.between(plan.position(), now, COUNTED).size();
        if (came == 0) {
            return Optional.empty();
        }
        // A plan prepared a moment ago has no older instants: the domain's first plan finds nobody watching yet.
        boolean missed = (watched == null || watched.isBefore(now.minus(AWAY)))
                && plan.position().isBefore(now.minus(AWAY));
        List<Instant> kept = rule.latest(plan.position(), now, missed ? madeUp(plan) : late(plan));
        Due due = new Due(kept, rule.latest(plan.position(), now, 1).get(0), came - kept.size(), missed);
        return switch (plan.policy().overlap()) {
            case ALLOW -> Optional.of(due.all());
            case SKIP -> Optional.of(due.newest(plan.busy()));
            case QUEUE -> due.oldest(plan.busy());
        };
    }

    private static int madeUp(Candidate plan) {
        return switch (plan.policy().missed()) {
            case SKIP -> 0;
            case ONCE -> 1;
            case ALL -> plan.policy().missedMax();
        };
    }

    private static int late(Candidate plan) {
        return plan.policy().overlap() == Overlap.QUEUE ? plan.policy().missedMax() : LATE;
    }

    /**
     * Instants that have come.
     *
     * @param kept those that the policies leave, in order
     * @param last the newest that came, kept or not
     */
    private record Due(List<Instant> kept, Instant last, int dropped, boolean missed) {
        PlanDecision all() {
            return new PlanDecision(kept, last, dropped, droppedNote());
        }

        PlanDecision newest(boolean busy) {
            if (kept.isEmpty()) {
                return all();
            }
            int from = busy ? kept.size() : kept.size() - 1;
            int overlapping = from;
            String note = overlapping == 0
                    ? droppedNote()
                    : count(overlapping) + " given up at " + last + ": the previous task had not ended";
            return new PlanDecision(kept.subList(from, kept.size()), last, dropped + overlapping, note);
        }

        Optional<PlanDecision> oldest(boolean busy) {
            if (kept.isEmpty()) {
                return Optional.of(all());
            }
            Instant first = kept.get(0);
            if (!busy) {
                return Optional.of(new PlanDecision(List.of(first), first, dropped, droppedNote()));
            }
            if (dropped == 0) {
                return Optional.empty();
            }
            return Optional.of(new PlanDecision(List.of(), first.minusMillis(1), dropped, droppedNote()));
        }

        private @Nullable String droppedNote() {
            if (dropped == 0) {
                return null;
            }
            return count(dropped)
                    + (missed
                            ? " missed before " + last + ", while no monitor was there"
                            : " given up before " + last + ": too many were waiting");
        }

        private String count(int instants) {
            return (dropped + kept.size() >= COUNTED ? "at least " : "")
                    + instants
                    + (instants == 1 ? " instant" : " instants");
        }
    }
}
