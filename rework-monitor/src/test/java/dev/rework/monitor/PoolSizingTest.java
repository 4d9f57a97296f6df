package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.monitor.PoolSizing.Pool;
import org.junit.jupiter.api.Test;

class PoolSizingTest {

    private static PoolSizing of(int min, int max, int total, int starting, int idle, int parked, int queued) {
        return PoolSizing.of(new Pool(min, max, total, 0, starting, idle, parked, 0, queued));
    }

    @Test
    void theMinimumIsKept() {
        assertThat(of(2, 4, 0, 0, 0, 0, 0)).isEqualTo(new PoolSizing(2, 0));
        assertThat(of(2, 4, 2, 2, 0, 0, 0)).isEqualTo(new PoolSizing(0, 0));
    }

    @Test
    void nothingIsStartedWhileEnoughAreIdleOrComing() {
        assertThat(of(1, 4, 1, 0, 1, 0, 1)).isEqualTo(new PoolSizing(0, 0));
        assertThat(of(1, 4, 2, 1, 1, 0, 2)).isEqualTo(new PoolSizing(0, 0));
    }

    @Test
    void theQueueDecidesUpToTheMaximum() {
        assertThat(of(1, 4, 1, 0, 1, 0, 3)).isEqualTo(new PoolSizing(2, 0));
        assertThat(of(0, 4, 0, 0, 0, 0, 6)).isEqualTo(new PoolSizing(4, 0));
        assertThat(of(1, 4, 4, 0, 0, 0, 1)).isEqualTo(new PoolSizing(0, 0));
    }

    @Test
    void whoRunsItsLastTaskMakesRoomForOneMore() {
        assertThat(PoolSizing.of(new Pool(1, 1, 1, 0, 0, 0, 0, 1, 0))).isEqualTo(new PoolSizing(1, 0));
        assertThat(PoolSizing.of(new Pool(1, 1, 2, 0, 1, 0, 0, 1, 5))).isEqualTo(new PoolSizing(0, 0));
        assertThat(PoolSizing.of(new Pool(0, 2, 2, 0, 0, 0, 0, 2, 9))).isEqualTo(new PoolSizing(2, 0));
        assertThat(PoolSizing.of(new Pool(0, 1, 1, 0, 0, 0, 0, 1, 0))).isEqualTo(new PoolSizing(0, 0));
    }

    @Test
    void parkedWorkersDoNotCountUntilTwiceTheMaximum() {
        assertThat(of(0, 1, 1, 0, 0, 1, 1)).isEqualTo(new PoolSizing(1, 0));
        assertThat(of(0, 1, 2, 0, 0, 2, 1)).isEqualTo(new PoolSizing(0, 0));
        assertThat(of(0, 3, 5, 0, 0, 5, 4)).isEqualTo(new PoolSizing(1, 0));
    }

    @Test
    void oneIdleWorkerAtATimeEndsAndOnlyWhenNothingIsQueued() {
        assertThat(of(0, 4, 4, 0, 3, 0, 0)).isEqualTo(new PoolSizing(0, 1));
        assertThat(of(0, 4, 4, 0, 3, 0, 1)).isEqualTo(new PoolSizing(0, 0));
        assertThat(of(1, 4, 1, 0, 1, 0, 0)).isEqualTo(new PoolSizing(0, 0));
    }

    @Test
    void processesThatAreAboutToEndCountForTheHardCap() {
        assertThat(PoolSizing.of(new Pool(0, 1, 0, 2, 0, 0, 0, 0, 1))).isEqualTo(new PoolSizing(0, 0));
        assertThat(PoolSizing.of(new Pool(0, 1, 0, 1, 0, 0, 0, 0, 1))).isEqualTo(new PoolSizing(1, 0));
    }
}
