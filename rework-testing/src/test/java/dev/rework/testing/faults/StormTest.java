package dev.rework.testing.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.FaultRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StormTest {

    private static final int TASKS = Integer.getInteger("rework.storm.tasks", 20_000);
    private static final int SEEDS = Integer.getInteger("rework.storm.seeds", 5);
    private static final int A_SECOND = 400;
    private static final long CALM_MILLIS = 30_000;
    private static final Map<String, Integer> BLEW = new TreeMap<>();
    private static final int MOST = Integer.getInteger("rework.storm.most", 100_000);

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("seeds")
    @Tag("fault-1")
    @Tag("fault-15")
    void nothingIsLostOrDoubledInAStorm(long seed) throws Exception {
        blow(seed, TASKS);
    }

    /** Of a storm that is long enough to have room for them. */
    @AfterAll
    static void noKindOfFaultWasMissing() {
        if (SEEDS >= 5 && TASKS >= 20_000 && !BLEW.isEmpty()) {
            assertThat(BLEW)
                    .containsOnlyKeys(Stream.of(StormFault.values())
                            .map(StormFault::words)
                            .toList());
        }
    }

    private static LongStream seeds() {
        return LongStream.rangeClosed(1, SEEDS);
    }

    /** {@code .ci/storm}. */
    @Tag("hours")
    @Test
    @Tag("fault-1")
    @Tag("fault-15")
    void nothingIsLostOrDoubledInAHurricane() throws Exception {
        blow(2026, MOST);
    }

    private static void blow(long seed, int tasks) throws Exception {
        Path folder = Files.createTempDirectory("storm");
        try (Storm storm =
                Storm.of(new Storm.Settings(seed, tasks, 3, folder, Duration.ofSeconds(tasks / A_SECOND), true))) {
            StormReport report = storm.run(operations());
            FaultRow.measured(
                    1,
                    report.toString()
                            .replaceAll(" \\{[^}]*worker killed=(\\d+)[^}]*}", " ($1 workers killed)")
                            .replaceAll(", \\{[^}]*}", ""));
            System.out.println(report);
            assertThat(report.clean()).as(report.toString()).isTrue();
            assertThat(report.calmMillis()).as(report.toString()).isLessThan(CALM_MILLIS);
            assertThat(report.strongMillis()).as(report.toString()).isLessThan(CALM_MILLIS);
            report.faults().forEach((kind, times) -> BLEW.merge(kind, times, Integer::sum));
        }
        Shell.works("rm", "-rf", folder.toString()); // kept when it fails: what the monitors said is in it
    }

    private static Path operations() throws Exception {
        return Path.of(StormOperations.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }
}
