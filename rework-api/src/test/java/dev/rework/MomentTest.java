package dev.rework;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.time.ZoneId;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MomentTest {
    private static final ZonedDateTime NOW = ZonedDateTime.of(2024, 1, 31, 10, 30, 15, 0, ZoneId.of("Europe/Paris"));

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            (today)                                            | 2024-01-31T10:30:15+01:00[Europe/Paris]
            (date "2021-1-1 09:00")                            | 2021-01-01T09:00+01:00[Europe/Paris]
            (date "2021-01-01")                                | 2021-01-01T00:00+01:00[Europe/Paris]
            (date "2021-07-01T09:00:01.5Z")                    | 2021-07-01T09:00:01.500Z
            (date "2021-07-01 09:00+02:00")                    | 2021-07-01T09:00+02:00
            (monthstart (today))                               | 2024-01-01T10:30:15+01:00[Europe/Paris]
            (monthend (date "2024-02-03"))                     | 2024-02-29T00:00+01:00[Europe/Paris]
            (yearstart (today))                                | 2024-01-01T10:30:15+01:00[Europe/Paris]
            (yearend (today))                                  | 2024-12-31T10:30:15+01:00[Europe/Paris]
            (shifted (today) #:months 1)                       | 2024-02-29T10:30:15+01:00[Europe/Paris]
            (shifted (today) #:months 1 #:days 1)              | 2024-03-01T10:30:15+01:00[Europe/Paris]
            (shifted (today) #:days 1 #:months 1)              | 2024-03-01T10:30:15+01:00[Europe/Paris]
            (shifted (today) #:years -1 #:months +1)           | 2023-02-28T10:30:15+01:00[Europe/Paris]
            (shifted (today) #:days +1 #:hours -2)             | 2024-02-01T08:30:15+01:00[Europe/Paris]
            (shifted (date "2024-03-30 12:00") #:days 1)       | 2024-03-31T12:00+02:00[Europe/Paris]
            (shifted (date "2024-03-30 12:00") #:hours 24)     | 2024-03-31T13:00+02:00[Europe/Paris]
            ( shifted  (monthstart(today)) #:weeks 1 )         | 2024-01-08T10:30:15+01:00[Europe/Paris]
            (monthend (shifted (today) #:months -2))           | 2023-11-30T10:30:15+01:00[Europe/Paris]
            """)
    void meansWhatTheAncestorMeant(String expression, String expected) {
        assertThat(Moment.of(expression).at(NOW)).isEqualTo(ZonedDateTime.parse(expected));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "today",
                "(today",
                "(today))",
                "()",
                "(tomorrow)",
                "(date)",
                "(date \"yesterday\")",
                "(date \"2021-2-30\")",
                "(date \"2021-1-1 25:00\")",
                "(date \"2021-1-1)",
                "(shifted)",
                "(shifted (today) #:days)",
                "(shifted (today) #:days x)",
                "(shifted (today) #:fortnights 1)",
                "(shifted (today) #:years 999999999)",
                "(shifted (today) #:years 2000000000 #:months 2000000000)",
                "(shifted (today) days 1)",
                "(monthstart)",
                "(today) (today)"
            })
    void refusesWhatIsNoExpression(String expression) {
        assertThatIllegalArgumentException().isThrownBy(() -> Moment.of(expression));
    }

    @Test
    void saysWhereItIsWrong() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Moment.of("(shifted (today) #:dayz 1)"))
                .withMessageContaining("unknown unit `dayz`")
                .withMessageContaining("at character 24");
    }

    @Test
    void aDeepOneIsRefusedWithoutOverflow() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Moment.of("(monthstart ".repeat(60) + "(today)" + ")".repeat(60)))
                .withMessageContaining("deep");
        assertThatIllegalArgumentException().isThrownBy(() -> Moment.of("(".repeat(100_000)));
    }

    @Test
    void isEvaluatedOnce() {
        Moment moment = Moment.of("(shifted (today) #:days 1)");
        assertThatIllegalStateException().isThrownBy(moment::at).withMessageContaining("at(now)");
        assertThat(moment.evaluated(NOW).at()).isEqualTo(NOW.plusDays(1));
        assertThat(moment.evaluated(NOW).expression()).isEqualTo("(shifted (today) #:days 1)");
    }

    @Test
    void aFixedOneIsItsInstant() {
        assertThat(Moment.of(NOW).at(NOW.plusYears(3)).toInstant()).isEqualTo(NOW.toInstant());
    }
}
