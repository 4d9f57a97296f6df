package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Missed;
import dev.rework.Overlap;
import dev.rework.internal.CronRule;
import dev.rework.internal.db.PlanFires.Candidate;
import dev.rework.internal.db.PlanPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class PlanDecisionTest {
    private static final Instant START = Instant.parse("2026-11-28T12:00:00Z");
    private static final CronRule EVERY_SECOND = CronRule.parse("* * * * * *");
    private static final CronRule EVERY_MINUTE = CronRule.parse("* * * * *");

    @Test
    @DisplayName("A03 what is due fires once, the rest is kept, the position is the last fired stamp")
    void dueInstantsFireOnceAndTheRestIsKept() {
        // Ten stamps, one a second, from START on.
        Instant before = START.minusSeconds(1);

        PlanDecision first =
                decide(EVERY_SECOND, plan(before), START.plusSeconds(4)).orElseThrow();

        assertThat(first.instants()).hasSize(5).startsWith(START).endsWith(START.plusSeconds(4));
        assertThat(first.position()).isEqualTo(START.plusSeconds(4));
        assertThat(EVERY_SECOND.next(first.position())).contains(START.plusSeconds(5));
        assertThat(decide(EVERY_SECOND, plan(first.position()), START.plusSeconds(4)))
                .isEmpty();

        PlanDecision second = decide(EVERY_SECOND, plan(first.position()), START.plusSeconds(7))
                .orElseThrow();

        assertThat(second.instants()).containsExactly(START.plusSeconds(5), START.plusSeconds(6), START.plusSeconds(7));
        assertThat(EVERY_SECOND.between(second.position(), START.plusSeconds(9), 100))
                .hasSize(2);
    }

    @Test
    void nothingIsMissedWhileSomebodyWatched() {
        Instant now = START.plus(Duration.ofMinutes(10));
        Candidate behind = plan(START, Missed.SKIP, Overlap.ALLOW, false);

        PlanDecision late = PlanDecision.decide(EVERY_MINUTE, behind, now, now.minusSeconds(14))
                .orElseThrow();

        assertThat(late.instants()).hasSize(10);
        assertThat(late.skipped()).isZero();
    }

    @Test
    void aFreshPlanMissesNothingThoughNobodyWatchedBefore() {
        Candidate fresh = plan(START, Missed.SKIP, Overlap.ALLOW, false);

        assertThat(PlanDecision.decide(EVERY_SECOND, fresh, START.plusSeconds(3), null)
                        .orElseThrow()
                        .instants())
                .hasSize(3);
        assertThat(PlanDecision.decide(EVERY_SECOND, fresh, START.plusSeconds(16), null)
                        .orElseThrow()
                        .instants())
                .isEmpty();
    }

    @Test
    @DisplayName("W26 missed fires: skip, once, or all up to a limit")
    @Tag("fault-40")
    void missedInstantsFollowThePolicy() {
        Instant now = START.plus(Duration.ofMinutes(10)).plusSeconds(20);
        Instant last = START.plus(Duration.ofMinutes(10));

        assertThat(away(plan(START, Missed.SKIP, Overlap.ALLOW, false), now))
                .isEqualTo(new PlanDecision(
                        List.of(),
                        last,
                        10,
                        "10 instants missed before 2026-11-28T12:10:00Z, while no monitor was there"));
        PlanDecision once = away(plan(START, Missed.ONCE, Overlap.ALLOW, false), now);
        assertThat(once.instants()).containsExactly(last);
        assertThat(once.skipped()).isEqualTo(9);
        assertThat(away(plan(START, Missed.ALL, Overlap.ALLOW, false), now).instants())
                .hasSize(10);
        PlanDecision some = away(
                new Candidate(1, "", "UTC", new PlanPolicy(Missed.ALL, 3, Overlap.ALLOW, Duration.ZERO), START, false),
                now);
        assertThat(some.instants())
                .containsExactly(last.minus(Duration.ofMinutes(2)), last.minus(Duration.ofMinutes(1)), last);
        assertThat(some.position()).isEqualTo(last);
        assertThat(some.skipped()).isEqualTo(7);
    }

    @Test
    void yearsOfMissedSecondsAreDecidedInBoundedTime() {
        long begun = System.nanoTime();
        PlanDecision decision = PlanDecision.decide(
                        EVERY_SECOND,
                        plan(START.minus(Duration.ofDays(3650)), Missed.ALL, Overlap.ALLOW, false),
                        START,
                        null)
                .orElseThrow();

        assertThat(decision.instants()).hasSize(PlanPolicy.MISSED_MAX).endsWith(START);
        assertThat(decision.note()).startsWith("at least ");
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void skipGivesUpAnInstantWhileThePreviousTaskRuns() {
        Instant now = START.plus(Duration.ofMinutes(1));

        PlanDecision busy = decide(EVERY_MINUTE, plan(START, Missed.SKIP, Overlap.SKIP, true), now)
                .orElseThrow();
        PlanDecision idle = decide(EVERY_MINUTE, plan(START, Missed.SKIP, Overlap.SKIP, false), now)
                .orElseThrow();

        assertThat(busy.instants()).isEmpty();
        assertThat(busy.position()).isEqualTo(now);
        assertThat(busy.skipped()).isEqualTo(1);
        assertThat(busy.note()).contains("the previous task had not ended");
        assertThat(idle.instants()).containsExactly(now);
        assertThat(idle.skipped()).isZero();
    }

    @Test
    void queueLetsInstantsWaitAndTakesThemInOrder() {
        Instant now = START.plus(Duration.ofMinutes(3));

        assertThat(decide(EVERY_MINUTE, plan(START, Missed.SKIP, Overlap.QUEUE, true), now))
                .isEmpty();
        PlanDecision idle = decide(EVERY_MINUTE, plan(START, Missed.SKIP, Overlap.QUEUE, false), now)
                .orElseThrow();
        assertThat(idle.instants()).containsExactly(START.plus(Duration.ofMinutes(1)));
        assertThat(idle.position()).isEqualTo(START.plus(Duration.ofMinutes(1)));
    }

    @Test
    void queueKeepsTheNewestOfTooManyThatWait() {
        Instant now = START.plus(Duration.ofMinutes(150));
        Candidate busy = plan(START, Missed.SKIP, Overlap.QUEUE, true);

        PlanDecision full = decide(EVERY_MINUTE, busy, now).orElseThrow();

        assertThat(full.instants()).isEmpty();
        assertThat(full.skipped()).isEqualTo(50);
        assertThat(EVERY_MINUTE.between(full.position(), now, 1000)).hasSize(100);
    }

    private static Candidate plan(Instant position) {
        return plan(position, Missed.SKIP, Overlap.ALLOW, false);
    }

    private static Candidate plan(Instant position, Missed missed, Overlap overlap, boolean busy) {
        return new Candidate(
                1, "", "UTC", new PlanPolicy(missed, PlanPolicy.MISSED_MAX, overlap, Duration.ZERO), position, busy);
    }

    private static java.util.Optional<PlanDecision> decide(CronRule rule, Candidate plan, Instant now) {
        return PlanDecision.decide(rule, plan, now, now.minusSeconds(1));
    }

    private static PlanDecision away(Candidate plan, Instant now) {
        return PlanDecision.decide(EVERY_MINUTE, plan, now, START).orElseThrow();
    }
}
