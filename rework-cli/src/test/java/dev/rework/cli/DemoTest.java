package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
class DemoTest {
    @TempDir
    static Path folder;

    private static Launcher launcher;

    @BeforeAll
    static void distribution() throws IOException {
        launcher = Launcher.in(folder.resolve("dist"));
    }

    private static Process demo(Path home) {
        return launcher.start(Map.of("REWORK_HOME", home.toString(), "REWORK_HOST", Ran.HOST), "demo");
    }

    @Test
    void showsEveryFateAndLeavesNothingRunning() throws IOException {
        Path home = folder.resolve("whole");
        Ran ran = Launcher.ran(demo(home));
        assertThat(ran.err()).isEmpty();
        assertThat(ran.code()).isZero();
        assertThat(ran.out())
                .contains("wrote 20000 sales of Lyon to lyon.csv")
                .contains("4 of 4: ")
                .contains("What happened:")
                .contains("Caused by: java.lang.NumberFormatException")
                .contains("list-tasks --domain demo");
        for (String row : List.of(
                "make_sales +done",
                "summarise +done",
                "shrink +done",
                "write_report +done",
                "add_up +failed",
                "loop_for_ever +aborted .* timeout: ",
                "count_sheep +aborted .* abort: enough sheep")) {
            assertThat(ran.out()).containsPattern("\\d+ +" + row);
        }
        assertThat(Files.readString(home.resolve("demo/report.html"))).contains("Lyon");
        assertThat(leftOver(home)).isEmpty();
    }

    /** Anything between the first sign of life and the last is interrupted. */
    @ParameterizedTest
    @ValueSource(strings = {"Postgres", "started", "register", "monitor #", "summarise | running", "sheep 2"})
    void interruptedAtAnyMomentItLeavesNothingRunning(String moment) throws Exception {
        Path home = folder.resolve("interrupted-" + moment.replaceAll("\\W", ""));
        Process demo = demo(home);
        StringBuilder seen = new StringBuilder();
        while (seen.indexOf(moment) < 0) {
            int c = demo.getInputStream().read();
            assertThat(c).as("ended before: %s in %s", moment, seen).isNotNegative();
            seen.append((char) c);
        }
        new ProcessBuilder("kill", "-INT", String.valueOf(demo.pid())).start().waitFor();
        demo.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
        assertThat(demo.waitFor(120, TimeUnit.SECONDS)).isTrue();
        assertThat(demo.exitValue()).isEqualTo(130);
        Eventually.isTrue(
                "nothing is left: " + leftOver(home), () -> leftOver(home).isEmpty());
    }

    /** Processes whose command line names the home: server, workers, whatever they started. */
    private static List<String> leftOver(Path home) throws IOException {
        try (Stream<Path> processes = Files.list(Path.of("/proc"))) {
            return processes
                    .filter(process -> process.getFileName().toString().matches("\\d+"))
                    .map(DemoTest::commandLine)
                    .filter(line -> line.contains(home.toString()))
                    .toList();
        }
    }

    private static String commandLine(Path process) {
        try {
            return Files.readString(process.resolve("cmdline")).replace('\0', ' ');
        } catch (IOException e) {
            return ""; // it has ended
        }
    }
}
