package dev.rework.testing.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StormTest {

    private static final int TASKS = Integer.getInteger("rework.storm.tasks", 3000);

    @Tag("slow")
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    @Tag("fault-1")
    @Tag("fault-15")
    void nothingIsLostOrDoubledInAStorm(long seed) throws Exception {
        blow(seed, TASKS, true);
    }

    private static void blow(long seed, int tasks, boolean all) throws Exception {
        Path folder = Files.createTempDirectory("storm");
        try (Storm storm = Storm.of(new Storm.Settings(seed, tasks, 2, folder, all, all))) {
            StormReport report = storm.run(operations());
            System.out.println(report);
            assertThat(report.clean()).as(report.toString()).isTrue();
        }
    }

    private static Path operations() throws Exception {
        return Path.of(StormOperations.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
    }
}
