package dev.rework.testing;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;

/**
 * A clock that runs on, and that a test may put forward. It decides when a monitor's duties are due; stamps and deadlines of
 * tasks are the database's. Threads may share it.
 */
public final class TestClock extends Clock {

    private final AtomicReference<Duration> ahead = new AtomicReference<>(Duration.ZERO);
    private final ZoneId zone;

    /** As late as it really is, in UTC. */
    public TestClock() {
        this(ZoneOffset.UTC);
    }

    private TestClock(ZoneId zone) {
        this.zone = zone;
    }

    /** Puts it forward. */
    public void advance(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("time does not go back: " + by);
        }
        ahead.accumulateAndGet(by, Duration::plus);
    }

    /** Puts it forward to this moment; where it is past it already, it stays. */
    public void advanceTo(Instant moment) {
        Duration missing = Duration.between(instant(), moment);
        advance(missing.isNegative() ? Duration.ZERO : missing);
    }

    /** Whether it was put forward. */
    boolean isAhead() {
        return !Duration.ZERO.equals(ahead.get());
    }

    @Override
    public Instant instant() {
        return Instant.now().plus(ahead.get());
    }

    @Override
    public ZoneId getZone() {
        return zone;
    }

    @Override
    public Clock withZone(ZoneId other) {
        TestClock clock = new TestClock(other);
        clock.ahead.set(ahead.get());
        return clock;
    }
}
