package dev.rework.internal;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rework.InvalidInput;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LimitsTest {

    @ParameterizedTest
    @CsvSource({
        "-1000000000-01-01T00:00:00Z, PT0S, 0, the moment -1000000000-01-01T00:00:00Z is not within",
        "+999999999-12-31T23:59:59Z, PT0S, 0, the moment +999999999-12-31T23:59:59Z is not within",
        "+200000-01-01T00:00:00Z, PT1S, 0, lead out of the years -4000 to 200000",
        ", P36501D, 0, the delay PT876024H is longer than the 36500 days allowed",
        ", PT0S, -2147483648, the priority -2147483648 is below the -2147483647 allowed"
    })
    void whatNoRowCanSayIsRefused(Instant at, Duration delay, int priority, String problem) {
        assertThatExceptionOfType(InvalidInput.class)
                .isThrownBy(() -> Limits.demandDue(at, delay, priority))
                .withMessageContaining(problem);
    }

    @Test
    void whatItCanIsNot() {
        Limits.demandDue(null, Duration.ofDays(36_500), -Integer.MAX_VALUE);
        Limits.demandDue(Instant.parse("+200000-01-01T00:00:00Z"), Duration.ZERO, Integer.MAX_VALUE);
    }
}
