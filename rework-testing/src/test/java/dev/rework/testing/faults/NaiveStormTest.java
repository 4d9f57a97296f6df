package dev.rework.testing.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The detector detects: the storm that rework comes through unharmed, over a queue without its guards. */
class NaiveStormTest {

    private static final int TASKS = 1_000;
    private static final int MOST_SEEDS = 5;

    @Test
    @Tag("slow")
    void aQueueWithoutGuardsIsFoundOut() throws Exception {
        StormReport report = blow(1);
        for (int seed = 2; seed <= MOST_SEEDS && !doubled(report); seed++) {
            report = blow(seed); // one may happen to hit nobody at work
        }
        assertThat(report.clean()).as(report.toString()).isFalse();
        assertThat(doubled(report)).as(report.toString()).isTrue();
        assertThat(report.lost()).isEmpty();
    }

    /** By the witness or by the rows; its attempts are nowhere kept, which alone would not be clean. */
    private static boolean doubled(StormReport report) {
        return !report.twiceAtOnce().isEmpty()
                || !report.repeatedOnce().isEmpty()
                || !report.endedTwice().isEmpty();
    }

    private static StormReport blow(long seed) throws Exception {
        Path folder = Files.createTempDirectory("naive");
        Path classes = Path.of(StormOperations.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        try (Storm storm = Storm.of(
                new Storm.Settings(seed, TASKS, 2, folder, Duration.ZERO, false),
                seat -> MonitorProcess.start(seat, MonitorProcess.Way.PLAIN, NaiveMonitor.class))) {
            StormReport report = storm.run(classes);
            System.out.println("without guards: " + report);
            return report;
        }
    }
}
