package dev.rework.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.internal.RetryDelay;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The decisions that need nothing but numbers. */
class PolicyTest {

    @Test
    void anUnknownOperationIsClaimedOneAtATime() {
        assertThat(new BatchSizing().next(1)).isOne();
    }

    @Test
    void shortTasksAreClaimedInGrowingBatchesUpToFiveHundred() {
        BatchSizing sizing = new BatchSizing();
        int size = 1;
        for (int expected : new int[] {4, 16, 64, 256, 500, 500}) {
            sizing.learn(1, size, size * 1_000L);
            size = sizing.next(1);
            assertThat(size).isEqualTo(expected);
        }
        assertThat(sizing.next(2)).isOne();
    }

    @Test
    void aBatchIsTwentyMillisecondsOfWork() {
        BatchSizing sizing = new BatchSizing();
        for (int i = 0; i < 5; i++) {
            sizing.learn(1, 100, 100 * 1_000_000L);
        }
        assertThat(sizing.next(1)).isEqualTo(20);
    }

    @Test
    void longTasksAreClaimedOneAtATimeAndForgottenSoon() {
        BatchSizing sizing = new BatchSizing();
        sizing.learn(1, 1, 3_600_000_000_000L);
        assertThat(sizing.next(1)).isOne();
        int learned = 0;
        while (sizing.next(1) < 4) {
            sizing.learn(1, 1, 1_000);
            learned++;
        }
        assertThat(learned).isLessThan(10);
    }

    @Test
    void looksFromTheBeginningTakeAFiftiethOfTheTime() {
        ProbeBudget budget = new ProbeBudget();
        assertThat(budget.allows(0)).isTrue();
        budget.spent(0, 1_000_000);
        assertThat(budget.allows(49_000_000)).isFalse();
        assertThat(budget.untilAllowed(49_000_000)).isEqualTo(1_000_000);
        assertThat(budget.allows(50_000_000)).isTrue();
        budget.spent(50_000_000, 60_000_000);
        assertThat(budget.untilAllowed(60_000_000)).isEqualTo(49_000_000);
    }

    @Test
    void butOneASecondIsAlwaysAllowed() {
        ProbeBudget budget = new ProbeBudget();
        budget.spent(0, 60_000_000_000L);
        assertThat(budget.allows(60_999_999_999L)).isFalse();
        assertThat(budget.allows(61_000_000_000L)).isTrue();
    }

    @Test
    void delaysDoubleUpToTheirGreatest() {
        RetryDelay delay = new RetryDelay(5, 1_000, 10_000);
        Random random = new Random(1);
        assertThat(delay.millis(1, random)).isBetween(900L, 1_100L);
        assertThat(delay.millis(2, random)).isBetween(1_800L, 2_200L);
        assertThat(delay.millis(5, random)).isBetween(8_200L, 10_000L);
        assertThat(delay.millis(6, random)).isEqualTo(-1);
        assertThat(new RetryDelay(1_000, 1_000, 10_000).millis(900, random)).isBetween(8_200L, 10_000L);
        assertThat(new RetryDelay(1, 0, 0).millis(1, random)).isZero();
    }
}
