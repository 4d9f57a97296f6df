package dev.rework.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongPredicate;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The firing rules against a scan of every minute of ten years, which knows nothing of transitions: it
 * looks at the wall clock, minute after minute, and sees for itself when it jumps.
 */
class CronBruteForceTest {
    private static final Instant FROM = Instant.parse("2024-01-01T00:00:00Z");
    private static final Instant TO = Instant.parse("2034-01-01T00:00:00Z");

    /** What a rule is taken to mean, said without the parser, for a minute of the wall clock since 1970. */
    private record Meaning(String rule, boolean openHour, boolean openMinute, LongPredicate fits) {}

    private static final List<Meaning> FEW = List.of(
            new Meaning("30 2 * * *", false, false, t -> hour(t) == 2 && minute(t) == 30),
            new Meaning("15,45 1-3 * * *", false, false, t -> hour(t) >= 1 && hour(t) <= 3 && minute(t) % 30 == 15),
            new Meaning("*/20 1-3 * * *", false, true, t -> hour(t) >= 1 && hour(t) <= 3 && minute(t) % 20 == 0),
            new Meaning("*/7 * * * *", true, true, t -> minute(t) % 7 == 0),
            new Meaning("40 */2 * * *", true, false, t -> hour(t) % 2 == 0 && minute(t) == 40),
            new Meaning("0 2 * * SUN", false, false, t -> hour(t) == 2 && minute(t) == 0 && sunday(t)),
            new Meaning("5 2 29 2 *", false, false, t -> hour(t) == 2 && minute(t) == 5 && leapDay(t)));

    private static long hour(long time) {
        return time / 60 % 24;
    }

    private static long minute(long time) {
        return time % 60;
    }

    private static boolean sunday(long time) {
        return LocalDate.ofEpochDay(time / 1440).getDayOfWeek() == DayOfWeek.SUNDAY;
    }

    private static boolean leapDay(long time) {
        LocalDate day = LocalDate.ofEpochDay(time / 1440);
        return day.getMonthValue() == 2 && day.getDayOfMonth() == 29;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Europe/Paris",
                "America/New_York",
                "Australia/Lord_Howe",
                "Africa/Casablanca",
                "UTC",
                "Asia/Kathmandu",
                "Australia/Sydney"
            })
    @Tag("fault-42")
    void tenYearsAgreeWithAScanOfEveryMinute(String zone) {
        check(ZoneId.of(zone), FEW, FROM, TO);
    }

    @Test
    @Tag("slow")
    @Tag("fault-42")
    void firstHoursOfAllZonesAgreeWithAScanOfEveryMinute() {
        // Two names of the same rules are one zone.
        Map<ZoneRules, ZoneId> zones = ZoneId.getAvailableZoneIds().stream()
                .filter(zone -> zone.contains("/") && !zone.startsWith("Etc/") && !zone.startsWith("SystemV/"))
                .map(ZoneId::of)
                .collect(Collectors.toMap(ZoneId::getRules, zone -> zone, (zone, alias) -> zone));
        assertThat(zones).hasSizeGreaterThan(250);
        zones.values().parallelStream()
                .forEach(zone -> check(
                        zone, many(), Instant.parse("2026-01-01T00:00:00Z"), Instant.parse("2027-01-01T00:00:00Z")));
    }

    private static List<Meaning> many() {
        List<Meaning> all = new ArrayList<>(FEW);
        for (int each = 0; each < 4; each++) {
            int hour = each;
            all.add(new Meaning("0 " + hour + " * * *", false, false, t -> hour(t) == hour && minute(t) == 0));
            all.add(new Meaning("*/10 " + hour + " * * *", false, true, t -> hour(t) == hour && minute(t) % 10 == 0));
        }
        return all;
    }

    private static void check(ZoneId zone, List<Meaning> meanings, Instant from, Instant to) {
        List<List<Instant>> scanned = scan(zone, meanings, from, to);
        for (int i = 0; i < meanings.size(); i++) {
            String rule = meanings.get(i).rule();
            List<Instant> stepped =
                    CronRule.parse(rule, zone).between(from.minusSeconds(1), to.minusSeconds(1), 10_000_000);
            assertThat(stepped.equals(scanned.get(i)))
                    .as(rule + " in " + zone + ": " + firstDifference(stepped, scanned.get(i)))
                    .isTrue();
        }
    }

    private static String firstDifference(List<Instant> stepped, List<Instant> scanned) {
        int at = 0;
        while (at < Math.min(stepped.size(), scanned.size()) && stepped.get(at).equals(scanned.get(at))) {
            at++;
        }
        return "stepped " + stepped.subList(at, Math.min(at + 3, stepped.size())) + ", scanned "
                + scanned.subList(at, Math.min(at + 3, scanned.size()));
    }

    private static List<List<Instant>> scan(ZoneId zone, List<Meaning> meanings, Instant from, Instant to) {
        List<List<Instant>> fires = new ArrayList<>();
        meanings.forEach(meaning -> fires.add(new ArrayList<>()));
        long offset = offset(zone, from.getEpochSecond() - 60);
        long before = from.getEpochSecond() / 60 - 1 + offset;
        long furthest = before;
        for (long minute = from.getEpochSecond() / 60; minute < to.getEpochSecond() / 60; minute++) {
            // No zone of our days changes its clocks within a quarter of an hour.
            offset = minute % 15 == 0 ? offset(zone, minute * 60) : offset;
            long now = minute + offset;
            for (int i = 0; i < meanings.size(); i++) {
                if (fires(meanings.get(i), before, now, furthest)) {
                    fires.get(i).add(Instant.ofEpochSecond(minute * 60));
                }
            }
            furthest = Math.max(now, furthest);
            before = now;
        }
        return fires;
    }

    private static long offset(ZoneId zone, long second) {
        return zone.getRules().getOffset(Instant.ofEpochSecond(second)).getTotalSeconds() / 60;
    }

    private static boolean fires(Meaning meaning, long before, long now, long furthest) {
        boolean repeated = now <= furthest;
        if (meaning.fits().test(now) && (!repeated || meaning.openHour() || meaning.openMinute())) {
            return true;
        }
        boolean swallowed = false;
        for (long lost = before + 1; lost < now; lost++) {
            swallowed |= meaning.fits().test(lost);
        }
        return swallowed && !meaning.openHour();
    }
}
