package dev.rework.testing.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.FaultRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class StormTest {

    private static final int TASKS = Integer.getInteger("rework.storm.tasks", 20_000);
    private static final int SEEDS = Integer.getInteger("rework.storm.seeds", 5);
    private static final int MOST = Integer.getInteger("rework.storm.most", 100_000);

    @Tag("slow")
    @ParameterizedTest
    @MethodSource("seeds")
    @Tag("fault-1")
    @Tag("fault-15")
    void nothingIsLostOrDoubledInAStorm(long seed) throws Exception {
        blow(seed, TASKS);
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
        try (Storm storm = Storm.of(new Storm.Settings(seed, tasks, 3, folder, true, true))) {
            StormReport report = storm.run(operations());
            FaultRow.measured(
                    1,
                    report.toString()
                            .replaceAll(" \\{[^}]*worker killed=(\\d+)[^}]*}", " ($1 workers killed)")
                            .replaceAll(", \\{[^}]*}", ""));
            System.out.println(report);
            assertThat(report.clean()).as(report.toString()).isTrue();
            // Wanted: 30 s.
            assertThat(report.calmMillis()).as(report.toString()).isLessThan(90_000);
            assertThat(report.strongMillis()).as(report.toString()).isLessThan(90_000);
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
