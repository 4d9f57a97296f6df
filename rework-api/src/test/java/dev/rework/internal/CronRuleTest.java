package dev.rework.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CronRuleTest {
    @Test
    @DisplayName("A01 rules of five fields expand to merged sorted stamps, both ends included")
    void fiveFieldsExpandToMinutes() {
        Instant start = Instant.parse("2026-03-03T00:00:00Z");

        assertThat(minutes(merged("*/2 * * * *", "*/3 * * * *", start, start.plusSeconds(600))))
                .containsExactly(0, 0, 2, 3, 4, 6, 6, 8, 9, 10);
    }

    @Test
    @DisplayName("A02 rules of six fields have seconds first")
    void sixFieldsExpandToSeconds() {
        Instant start = Instant.parse("2026-03-03T00:00:00Z");

        assertThat(merged("*/2 * * * * *", "*/3 * * * * *", start, start.plusSeconds(10)))
                .extracting(at -> (int) (at.getEpochSecond() - start.getEpochSecond()))
                .containsExactly(0, 0, 2, 3, 4, 6, 6, 8, 9, 10);
    }

    private static List<Instant> merged(String one, String other, Instant from, Instant to) {
        return Stream.of(one, other)
                .flatMap(rule -> CronRule.parse(rule).between(from.minusNanos(1), to, 1000).stream())
                .sorted()
                .toList();
    }

    private static List<Integer> minutes(List<Instant> all) {
        return all.stream().map(at -> (int) (at.getEpochSecond() / 60 % 60)).toList();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        # Rule             | zone             | after                 | fires next (wall clock or UTC)
        0 15 8,12 * * *    | UTC              | 2026-11-28T08:15:00Z  | 2026-11-28T12:15:00Z
        0 15 8,12 * * *    | UTC              | 2026-11-28T08:14:59.5Z| 2026-11-28T08:15:00Z
        @daily             | Asia/Kathmandu   | 2026-11-28T00:00:00Z  | 2026-11-28T18:15:00Z
        @hourly            | UTC              | 2026-11-28T00:00:00Z  | 2026-11-28T01:00:00Z
        0 0 29 2 *         | UTC              | 2026-11-28T00:00:00Z  | 2028-02-29T00:00:00Z
        0 0 29 2 *         | UTC              | 2096-03-01T00:00:00Z  | 2104-02-29T00:00:00Z
        0 0 L * *          | UTC              | 2026-11-28T00:00:00Z  | 2026-11-30T00:00:00Z
        0 0 L-3 * *        | UTC              | 2026-11-28T00:00:00Z  | 2026-12-28T00:00:00Z
        0 0 15W * ?        | UTC              | 2026-11-01T00:00:00Z  | 2026-11-16T00:00:00Z
        0 0 1W * *         | UTC              | 2026-07-31T12:00:00Z  | 2026-08-03T00:00:00Z
        0 0 LW * *         | UTC              | 2026-10-31T00:00:00Z  | 2026-11-30T00:00:00Z
        0 0 31W 5 *        | UTC              | 2026-01-01T00:00:00Z  | 2026-05-29T00:00:00Z
        0 0 * * FRI#2      | UTC              | 2026-11-28T00:00:00Z  | 2026-12-11T00:00:00Z
        0 0 ? * FRIL       | UTC              | 2026-11-28T00:00:00Z  | 2026-12-25T00:00:00Z
        0 0 * * mon-Fri    | UTC              | 2026-11-28T00:00:00Z  | 2026-11-30T00:00:00Z
        0 0 * * 7          | UTC              | 2026-11-28T00:00:00Z  | 2026-11-29T00:00:00Z
        0 0 * * 5-7        | UTC              | 2026-11-28T00:00:00Z  | 2026-11-29T00:00:00Z
        0 0 * * FRI-SUN    | UTC              | 2026-11-28T00:00:00Z  | 2026-11-29T00:00:00Z
        0 0 13 * FRI       | UTC              | 2026-11-28T00:00:00Z  | 2026-12-04T00:00:00Z
        0 0 13 * FRI       | UTC              | 2026-12-11T00:00:00Z  | 2026-12-13T00:00:00Z
        0 0 */2 * MON      | UTC              | 2026-11-28T00:00:00Z  | 2026-12-07T00:00:00Z
        0 22-2/2 * * *     | UTC              | 2026-11-28T22:00:00Z  | 2026-11-29T00:00:00Z
        5/20 * * * *       | UTC              | 2026-11-28T00:05:00Z  | 2026-11-28T00:25:00Z
        0 0 1 jan,JUL *    | UTC              | 2026-11-28T00:00:00Z  | 2027-01-01T00:00:00Z
        """)
    void nextIsTheFirstInstantAfter(String rule, String zone, Instant after, Instant next) {
        assertThat(CronRule.parse(rule, ZoneId.of(zone)).next(after)).contains(next);
    }

    /** Every instant of a day whose clocks change, on its wall clock with its offset. */
    @ParameterizedTest(name = "{0} in {1} from {2}")
    @CsvSource(delimiter = '|', textBlock = """
        # Fixed hour in a gap: once, at the first instant after it
        30 2 * * *        | Europe/Paris        | 2026-03-29T00:00 | 6  | 03:00+02:00
        0,30 2 * * *      | Europe/Paris        | 2026-03-29T00:00 | 6  | 03:00+02:00
        */15 2 * * *      | Europe/Paris        | 2026-03-29T00:00 | 6  | 03:00+02:00
        30 2,3 * * *      | Europe/Paris        | 2026-03-29T00:00 | 6  | 03:00+02:00 03:30+02:00
        0 2,3 * * *       | Europe/Paris        | 2026-03-29T00:00 | 6  | 03:00+02:00
        30 2 * * *        | America/New_York    | 2026-03-08T00:00 | 6  | 03:00-04:00
        15 2 * * *        | Australia/Lord_Howe | 2026-10-04T00:00 | 6  | 02:30+11:00
        45 2 * * *        | Australia/Lord_Howe | 2026-10-04T00:00 | 6  | 02:45+11:00
        30 2 * * *        | Africa/Casablanca   | 2026-03-22T00:00 | 6  | 03:00+01:00
        # Fixed hour and minute in an overlap: the first pass only
        30 2 * * *        | Europe/Paris        | 2026-10-25T00:00 | 6  | 02:30+02:00
        30 1 * * *        | America/New_York    | 2026-11-01T00:00 | 6  | 01:30-04:00
        45 1 * * *        | Australia/Lord_Howe | 2026-04-05T00:00 | 6  | 01:45+11:00
        0 2 * * *         | Australia/Lord_Howe | 2026-04-05T00:00 | 6  | 02:00+10:30
        30 2 * * *        | Africa/Casablanca   | 2026-02-15T00:00 | 6  | 02:30+01:00
        0 0 3 * * *       | Europe/Paris        | 2026-10-25T00:00 | 6  | 03:00+01:00
        # Open hours follow elapsed time
        30 * * * *        | Europe/Paris        | 2026-03-29T00:00 | 4  | 00:30+01:00 01:30+01:00 03:30+02:00 04:30+02:00
        30 * * * *        | Europe/Paris        | 2026-10-25T00:00 | 5  | 00:30+02:00 01:30+02:00 02:30+02:00 02:30+01:00 03:30+01:00
        */30 * * * *      | Australia/Lord_Howe | 2026-10-04T01:00 | 2  | 01:00+10:30 01:30+10:30 02:30+11:00 03:00+11:00
        0 */2 * * *       | Europe/Paris        | 2026-03-29T00:00 | 5  | 00:00+01:00 04:00+02:00
        # An open minute goes on through both passes
        */30 1-2 * * *    | Europe/Paris        | 2026-10-25T00:00 | 5  | 01:00+02:00 01:30+02:00 02:00+02:00 02:30+02:00 02:00+01:00 02:30+01:00
        """)
    @Tag("fault-42")
    void clockChangesFollowTheStatedRules(String rule, String zone, LocalDateTime from, int hours, String expected) {
        ZoneId place = ZoneId.of(zone);
        Instant start = from.atZone(place).toInstant();

        assertThat(CronRule.parse(rule, place)
                        .between(
                                start.minusNanos(1),
                                start.plus(Duration.ofHours(hours).minusNanos(1)),
                                100))
                .extracting(at -> at.atZone(place).toOffsetDateTime().toString().substring(11))
                .containsExactly(expected.split(" "));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "* * * *",
                "* * * * * * *",
                "60 * * * *",
                "* 24 * * *",
                "* * 0 * *",
                "* * 32 * *",
                "* * * 13 *",
                "* * * * 8",
                "*/0 * * * *",
                "*/61 * * * *",
                "1, * * * *",
                "a * * * *",
                "1-a * * * *",
                "- * * * *",
                "1- * * * *",
                "-1 * * * *",
                "* * 20-10 * *",
                "* * * FOO *",
                "* * * * MON#6",
                "* * * * #2",
                "* * * * L",
                "* * L-31 * *",
                "* * W * *",
                "1.5 * * * *",
                "? * * * *",
                "@fortnightly",
                "@reboot",
                "99999999999 * * * *",
                "*/ * * * *",
                "١ * * * *",
                "* * * * \u0000"
            })
    void wrongRulesAreRefusedInOneSentence(String rule) {
        assertThatThrownBy(() -> CronRule.parse(rule))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("wrong rule \"")
                .message()
                .doesNotContainPattern("\\p{Cntrl}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0 0 31 2 *", "0 0 30 2 *", "0 0 31 4,6,9,11 *", "0 0 L-30 2 *", "0 0 31W 2 *"})
    @Tag("fault-43")
    void rulesThatNeverFireAreToldAtOnce(String rule) {
        assertThatThrownBy(() -> CronRule.parse(rule)).hasMessageContaining("it never fires");
        long begun = cpuNanos();
        assertThatThrownBy(() -> CronRule.parse(rule)).hasMessageContaining("it never fires");
        assertThat(Duration.ofNanos(cpuNanos() - begun)).isLessThan(Duration.ofMillis(250));
    }

    /** What this thread has computed: other processes of a busy machine do not count. */
    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    @Test
    void latestFindsTheEndOfALongStretchQuickly() {
        CronRule everySecond = CronRule.parse("* * * * * *");
        Instant to = Instant.parse("2026-11-28T12:00:00Z");
        Instant from = to.minus(Duration.ofDays(3650));

        assertThat(everySecond.latest(from, to, 3)).containsExactly(to.minusSeconds(2), to.minusSeconds(1), to);
        assertThat(everySecond.latest(to.minusSeconds(2), to, 3)).containsExactly(to.minusSeconds(1), to);
        assertThat(CronRule.parse("0 0 1 1 *").latest(from, to, 2))
                .containsExactly(Instant.parse("2025-01-01T00:00:00Z"), Instant.parse("2026-01-01T00:00:00Z"));
        assertThat(everySecond.latest(to, to, 5)).isEmpty();
    }

    @Test
    @Tag("fault-43")
    void tenThousandRandomRulesFireOrAreRefusedInBoundedTime() {
        Random random = new Random(20261128);
        Instant start = Instant.parse("2026-11-28T00:00:00Z");
        List<ZoneId> zones = Stream.of("UTC", "Europe/Paris", "Australia/Lord_Howe", "Africa/Casablanca")
                .map(ZoneId::of)
                .toList();
        List<String> slow = new ArrayList<>();
        int fired = 0;
        for (int i = 0; i < 10_000; i++) {
            String rule = RandomRules.next(random);
            ZoneId zone = zones.get(random.nextInt(zones.size()));
            long begun = cpuNanos();
            try {
                Instant at = CronRule.parse(rule, zone).next(start).orElseThrow();
                assertThat(at).as(rule).isAfter(start);
                fired++;
            } catch (IllegalArgumentException refused) {
                assertThat(refused).hasMessageStartingWith("wrong rule ");
            }
            if (cpuNanos() - begun > Duration.ofMillis(50).toNanos()) {
                slow.add(rule);
            }
        }
        assertThat(fired).isBetween(3_000, 9_900);
        // A first use of a class may hit a few; a slow rule would hit again and again.
        assertThat(slow).hasSizeLessThan(50);
    }
}
