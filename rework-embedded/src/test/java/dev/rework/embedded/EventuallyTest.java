package dev.rework.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EventuallyTest {

    @Test
    void returnsTheFirstValueThatFits() {
        AtomicInteger counter = new AtomicInteger();
        assertThat(Eventually.value(counter::incrementAndGet, n -> n >= 3)).isEqualTo(3);
    }

    @Test
    void failsWithTheLastValueSeen() {
        assertThatThrownBy(() -> Eventually.value("a seven", Duration.ofMillis(30), () -> 6, n -> n == 7))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("a seven")
                .hasMessageContaining("last seen: 6");
    }

    @Test
    void aThrowCountsAsNotYet() {
        AtomicInteger counter = new AtomicInteger();
        Eventually.isTrue("the third try works", () -> {
            if (counter.incrementAndGet() < 3) {
                throw new IllegalStateException("not yet");
            }
            return true;
        });
        assertThatThrownBy(() -> Eventually.isTrue("never", Duration.ZERO, () -> {
                    throw new IllegalStateException("broken");
                }))
                .hasMessageContaining("broken")
                .hasRootCauseMessage("broken");
    }
}
