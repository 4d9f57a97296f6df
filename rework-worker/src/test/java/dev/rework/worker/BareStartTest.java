package dev.rework.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class BareStartTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    private Path folder;

    @Test
    void loadsNothingButTheDriverAndAnInterfaceForLoggingUntilATaskNeedsMore() throws IOException {
        House house = new House(db, "bare").operation("hello");
        long task = house.task("hello", null);
        Path classes = folder.resolve("classes");
        try (ChildWorker worker =
                ChildWorker.start(house.launch(house.worker(), 0, 0), List.of("-Xlog:class+load:file=" + classes))) {
            Eventually.isTrue("done", () -> house.state(task).equals("done"));
        }
        // JDK 17 asks for loggers of the platform as soon as the driver has one of its own, and finds SLF4J's.
        assertThat(libraries(classes))
                .contains("dev.rework", "org.postgresql")
                .isSubsetOf("dev.rework", "org.postgresql", "org.slf4j");
    }

    /** The first two words of the package names that are not the JDK's. */
    private static List<String> libraries(Path log) throws IOException {
        try (Stream<String> lines = Files.lines(log)) {
            return lines
                    .map(line -> line.substring(line.lastIndexOf(']') + 2).split(" ")[0])
                    .filter(name -> !name.matches("(java|javax|jdk|sun|com\\.sun|org\\.jcp)\\..*"))
                    .filter(name -> name.contains("."))
                    .map(name -> name.split("\\.")[0] + "." + name.split("\\.")[1])
                    .collect(Collectors.toSet())
                    .stream()
                    .toList();
        }
    }
}
