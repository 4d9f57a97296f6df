package dev.rework;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What a program gets that depends on {@code rework-api}, as Maven resolves it at run time. */
class ClientJarsTest {
    @Test
    @Tag("S22")
    void aClientGetsTenLibrariesAndNoMore() throws IOException {
        String resolved = Files.readString(Path.of("target/runtime.classpath"));
        assertThat(Stream.of(resolved.strip().split(File.pathSeparator))
                        .filter(entry -> entry.endsWith(".jar"))
                        .map(entry -> new File(entry).getName().replaceFirst("-\\d.*", ""))
                        .filter(name -> !name.startsWith("rework-")))
                .hasSizeLessThanOrEqualTo(10)
                .containsExactlyInAnyOrder(
                        "postgresql",
                        "HikariCP",
                        "jdbi3-core",
                        "geantyref",
                        "jackson-databind",
                        "jackson-core",
                        "jackson-annotations",
                        "classgraph",
                        "slf4j-api",
                        "jspecify");
    }
}
