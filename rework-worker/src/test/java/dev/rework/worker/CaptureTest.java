package dev.rework.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.Control;
import dev.rework.internal.Frame;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class CaptureTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    private static ChildWorker run(String operation, String input, Class<?>... parameters) throws IOException {
        House house = new House(db, "capture-" + operation).operation(operation, parameters);
        long task = house.task(operation, input);
        ChildWorker worker = house.start();
        try {
            Eventually.isTrue(operation + " done", () -> house.state(task).equals("done"));
            worker.say(new Control.Stop("enough"));
            worker.exit();
            return worker;
        } finally {
            worker.close();
        }
    }

    @Test
    @DisplayName("M23 printed text is split at line ends alone, spaces and empty lines kept")
    void splitsPrintedTextAtLineEndsAlone() throws IOException {
        assertThat(run("partial", null).printed())
                .containsExactly(
                        "Hello World",
                        "long unfinished statement",
                        "A truly multiline",
                        "statement.",
                        "",
                        " Honor the space. ",
                        "(hi) ");
    }

    @Test
    void carriesWhateverBytesArePrinted() throws IOException {
        List<String> printed = run("zoo", null).printed();
        assertThat(printed)
                .containsExactly(
                        "a\u0000b\ufffd\ufffd",
                        "x".repeat(10_000) + "é",
                        "😀".repeat(3_000),
                        "windows",
                        "10%\r20%",
                        "? alone",
                        "\u0001rwabcdefghL0000",
                        "\u001b[31mred");
    }

    @Test
    void keepsTheOrderOfManyLines() throws IOException {
        assertThat(run("flood", "50000", int.class).printed())
                .isEqualTo(IntStream.rangeClosed(1, 50_000)
                        .mapToObj(i -> "line " + i)
                        .toList());
    }

    @Test
    @Tag("fault-11")
    void carriesALineLongerThanAnyBuffer() throws IOException {
        List<String> printed = run("longLine", "20", int.class).printed();
        assertThat(printed).hasSize(1);
        assertThat(printed.get(0)).hasSize(20 * 16 * 65_536);
    }

    @Test
    void capturesAllThreads() throws IOException {
        assertThat(run("threads", null).printed()).containsExactly("from a thread", "from a pool");
    }

    @Test
    void leavesTheOutputOfChildrenUnframed() throws IOException {
        assertThat(run("child", null).unframed()).contains("from a child\n", "bad\n", "past System.out\n");
    }

    @Test
    void aTaskThatClosesOrReplacesTheStreamsHarmsNoOther() throws IOException {
        House house = new House(db, "close").operation("closeStreams").operation("hello");
        long first = house.task("closeStreams", null);
        try (ChildWorker worker = house.start()) {
            Eventually.isTrue("closed", () -> house.state(first).equals("done"));
            long second = house.task("hello", null);
            worker.say(new Control.Wake());
            Eventually.isTrue("hello", () -> house.state(second).equals("done"));
            assertThat(worker.lines())
                    .containsExactly(
                            "stdout::INFO:before", "stdout::INFO:I am running", "stderr::WARNING:and this is an error");
        }
    }

    @Test
    void standardInputIsEmpty() throws IOException {
        assertThat(run("standardInput", null).printed()).containsExactly("read -1");
    }

    @Test
    void capturesEveryLoggingFrameworkWithItsLevels() throws IOException {
        ChildWorker worker = run("logs", null, dev.rework.TaskContext.class);
        assertThat(worker.lines().stream().filter(line -> !line.contains("\tat ")))
                .containsExactly(
                        "log:a.slf4j:WARNING:slf4j 1",
                        "log:b.jul:DEBUG:jul fine",
                        "log:c.log4j:ERROR:log4j",
                        "log:c.log4j:ERROR:java.lang.IllegalStateException: boom",
                        "log:d.system:INFO:system");
        assertThat(worker.unframed()).isEmpty();
        assertThat(worker.texts(Frame.Type.LEVEL)).containsExactly("WARNING");
    }

    @Test
    void keepsTheUsersLevelsAndCapturesItsConsoleOnce(@TempDir Path folder) throws IOException {
        Files.writeString(folder.resolve("logback.xml"), """
                <configuration>
                  <appender name="console" class="ch.qos.logback.core.ConsoleAppender">
                    <encoder><pattern>console %msg%n</pattern></encoder>
                  </appender>
                  <root level="ERROR"><appender-ref ref="console"/></root>
                </configuration>
                """);
        House house = new House(db, "own").operation("logs", dev.rework.TaskContext.class);
        long task = house.task("logs", null);
        try (ChildWorker worker =
                ChildWorker.start(house.launch(house.worker(), 0, 0), List.of(), folder + File.pathSeparator)) {
            Eventually.isTrue("done", () -> house.state(task).equals("done"));
            assertThat(worker.lines().stream().filter(line -> !line.contains("\tat ")))
                    .containsExactly(
                            "log:c.log4j:ERROR:log4j", "log:c.log4j:ERROR:java.lang.IllegalStateException: boom");
        }
    }

    @Test
    void asksForTheLinesToBeStoredBeforeItSettles() throws IOException {
        House house = new House(db, "sync").operation("hello");
        long task = house.task("hello", null);
        try (ChildWorker worker = house.start()) {
            worker.ignoreSync();
            worker.await(Frame.Type.SYNC, text -> true);
            assertThat(house.state(task)).isNotEqualTo("done");
            worker.say(new Control.Synced(
                    Long.parseLong(worker.texts(Frame.Type.SYNC).get(0))));
            Eventually.isTrue("done", () -> house.state(task).equals("done"));
        }
    }
}
