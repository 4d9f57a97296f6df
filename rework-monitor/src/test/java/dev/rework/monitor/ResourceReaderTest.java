package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

class ResourceReaderTest {

    private final ResourceReader reader = new ResourceReader();

    @Test
    @DisplayName("M01 nothing is read of a process that cannot be, and no harm done")
    void nothingIsReadOfWhatIsNotThere() {
        assertThat(reader.read(-1, Map.of())).isEqualTo(new ResourceReader.Use(0, 0));
        assertThat(reader.read(Integer.MAX_VALUE, Map.of())).isEqualTo(new ResourceReader.Use(0, 0));
    }

    @Test
    void aTreeIsReadAsAWhole() {
        long self = ProcessHandle.current().pid();
        ResourceReader.Use use = reader.read(self, ResourceReader.children());
        assertThat(use.memoryMb()).isGreaterThan(10);
        assertThat(use.cpuMillis()).isPositive();
        assertThat(ResourceReader.children()).isNotEmpty();
    }
}
