package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.internal.ProcessFamilies;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ResourceReaderTest {

    private static final ProcessFamilies NOW = ProcessFamilies.now();

    private final ResourceReader reader = new ResourceReader();

    @Test
    @DisplayName("M01 nothing is read of a process that cannot be, and no harm done")
    void nothingIsReadOfWhatIsNotThere() {
        assertThat(reader.read(-1, NOW)).isEqualTo(new ResourceReader.Use(0, 0, 0));
        assertThat(reader.read(Integer.MAX_VALUE, NOW)).isEqualTo(new ResourceReader.Use(0, 0, 0));
    }

    @Test
    void aTreeIsReadAsAWhole() {
        long self = ProcessHandle.current().pid();
        ResourceReader.Use use = reader.read(self, NOW);
        assertThat(use.memoryMb()).isGreaterThan(10);
        assertThat(use.cpuMillis()).isPositive();
    }
}
