package dev.rework.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SizeTest {

    private static final int MOST = 1_000_000;
    private static final long IDLE = 60_000;

    private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 5);
    private final AtomicLong lookTakes = new AtomicLong();
    private final AtomicInteger offspring = new AtomicInteger();
    private final Size size = new Size(MOST, new Signals(true), now::get, () -> {
        pass(lookTakes.get());
        return offspring.get();
    });

    private void pass(long millis) {
        now.addAndGet(TimeUnit.MILLISECONDS.toNanos(millis));
    }

    @Test
    void whatATaskLeftBehindRightAfterALookIsSeenBeforeALongRest() {
        lookTakes.set(50);
        assertThat(size.isTooLarge()).isFalse();
        assertThat(size.patienceMillis(IDLE)).isEqualTo(IDLE);
        offspring.set(2 * MOST);
        pass(300);
        assertThat(size.isTooLarge()).as("it is too soon for another look").isFalse();
        long patience = size.patienceMillis(IDLE);
        assertThat(patience).isBetween(700L, 701L);
        pass(patience);
        assertThat(size.isTooLarge()).isTrue();
        assertThat(size.patienceMillis(IDLE)).isEqualTo(IDLE);
    }

    @Test
    void aLookThatTookLongDoesNotPutTheNextOneOffForLong() {
        lookTakes.set(3_000);
        assertThat(size.isTooLarge()).isFalse();
        offspring.set(2 * MOST);
        pass(5_000);
        assertThat(size.isTooLarge()).isTrue();
    }

    @Test
    void aWorkerThatMayBeOfAnySizeDoesNotLook() {
        Size any = new Size(0, new Signals(true), now::get, () -> {
            throw new AssertionError("looked");
        });
        assertThat(any.isTooLarge()).isFalse();
        assertThat(any.patienceMillis(IDLE)).isEqualTo(IDLE);
    }
}
