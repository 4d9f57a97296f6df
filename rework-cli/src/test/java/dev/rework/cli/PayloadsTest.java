package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rework.InvalidInput;
import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.TaskFilter;
import dev.rework.TaskState;
import dev.rework.embedded.FaultRow;
import dev.rework.embedded.TestDatabase;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Payloads from nothing to more than a gigabyte, all the way: kept as they are, or refused before there is a row. */
@Tag("slow")
class PayloadsTest {

    private static final int MOST = 32 << 20;
    private static final Duration PATIENCE = Duration.ofMinutes(2);

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    static Path folder;

    private static Rework rework;
    private static MonitorJvm monitor;

    @BeforeAll
    static void begin() throws Exception {
        Path source = Files.writeString(folder.resolve("Mirror.java"), """
                import dev.rework.*;
                public class Mirror {
                    @Operation public static void bytes(TaskContext task) { task.saveRawOutput(task.rawInput()); }
                    @Operation public static String text(String text) { return text; }
                    @Operation public static void makes(int bytes, TaskContext task) {
                        task.saveRawOutput(new byte[bytes]);
                    }
                }
                """);
        Ran registered = Ran.rework("register-operations", db.url(), source.toString());
        assertThat(registered.code()).as(registered.err()).isZero();
        rework = Rework.connect(db.url());
        monitor = MonitorJvm.start(
                db.url(),
                folder.resolve("monitor.log"),
                "--host",
                Ran.HOST,
                "--maxworkers",
                "1",
                "--jvm-option=-Xmx512m");
    }

    @AfterAll
    static void end() throws Exception {
        monitor.close();
        rework.close();
    }

    private static long rows() {
        return db.number("select count(*) from rework.task");
    }

    @Test
    @Tag("fault-13")
    void upToTheLimitTheyArriveWhole() throws Exception {
        long since = System.nanoTime();
        for (int size : new int[] {0, 1, 8 << 10, 1 << 20, MOST}) {
            byte[] bytes = new byte[size];
            new Random(size).nextBytes(bytes);
            Task<?> task = rework.task("bytes").rawInput(bytes).schedule().join(PATIENCE);
            assertThat(task.state()).as(size + " bytes").isEqualTo(TaskState.DONE);
            assertThat(Arrays.equals(task.rawOutput(), bytes))
                    .as(size + " bytes")
                    .isTrue();
            assertThat(Arrays.equals(task.rawInput(), bytes))
                    .as(size + " bytes")
                    .isTrue();
        }
        String longest = "x".repeat(MOST - 2);
        Task<String> text = rework.schedule("text", longest, String.class).join(PATIENCE);
        assertThat(text.output().equals(longest)).as("a JSON text of the limit").isTrue();
        FaultRow.measured(
                13,
                "0 B to 32 MiB and a text of 32 MiB kept whole from schedule to join, in "
                        + FaultRow.millis(Duration.ofNanos(System.nanoTime() - since)));
        listsLoadNoBodies();
    }

    /** More than 150 MB stand in the table: a command and a monitor with less heap do not notice. */
    private static void listsLoadNoBodies() throws Exception {
        for (List<String> command : List.of(List.of("list-tasks"), List.of("list-tasks", "-o", "json"))) {
            assertThat(withLittleHeap(command)).as(command.toString()).isZero();
        }
        assertThat(rework.tasks(TaskFilter.all())).hasSizeGreaterThan(4);
        assertThat(
                        db.number(
                                "select count(*) from information_schema.columns where table_schema = 'rework'"
                                        + " and table_name = 'tasks' and column_name in ('input', 'raw_input', 'output', 'raw_output')"))
                .as("bodies in what lists read")
                .isZero();
    }

    private static int withLittleHeap(List<String> arguments) throws Exception {
        List<String> command = new java.util.ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx24m",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.rework.cli.Main"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("REWORK_DB", db.url());
        Path out = folder.resolve("listed");
        Process process =
                builder.redirectErrorStream(true).redirectOutput(out.toFile()).start();
        assertThat(process.waitFor(2, TimeUnit.MINUTES)).isTrue();
        assertThat(Files.readString(out)).contains("bytes").contains("text");
        return process.exitValue();
    }

    @Test
    @Tag("fault-13")
    void filesBeyondItAreRefusedInOneLine() throws Exception {
        long before = rows();
        long since = System.nanoTime();
        for (long size : new long[] {MOST + 1L, 100L << 20, 255L << 20, (256L << 20) + 1, 1L << 30, 1_100_000_000L}) {
            Path file = folder.resolve("large");
            try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
                sparse.setLength(size);
            }
            for (String option : List.of("--raw-file", "--input-file")) {
                Ran ran = Ran.rework("schedule", db.url(), "bytes", option, file.toString());
                assertThat(ran.code()).as(option + " " + size).isEqualTo(1);
                assertThat(ran.err().lines().findFirst().orElse(""))
                        .contains(file + " has more than the " + MOST + " bytes allowed");
                assertThat(ran.err().lines().count()).as(ran.err()).isLessThanOrEqualTo(2);
            }
            Files.delete(file);
        }
        FaultRow.measured(
                13,
                "12 files of 32 MiB + 1 to 1.1 GB refused in "
                        + FaultRow.millis(Duration.ofNanos(System.nanoTime() - since)) + ", no row made");
        assertThat(rows()).isEqualTo(before);
    }

    @Test
    @Tag("fault-13")
    void bytesBeyondItAreRefusedBeforeAnyRow() {
        long before = rows();
        for (int size : new int[] {MOST + 1, 100 << 20, 255 << 20, (256 << 20) + 1}) {
            assertThatThrownBy(
                            () -> rework.task("bytes").rawInput(new byte[size]).schedule())
                    .isInstanceOf(InvalidInput.class)
                    .hasMessageContaining("has " + size + " bytes, more than the " + MOST + " allowed");
        }
        assertThat(rows()).isEqualTo(before);
    }

    @Test
    @Tag("fault-13")
    void anOutputBeyondItFailsItsTaskAndNoOther() {
        for (int size : new int[] {MOST + 1, 100 << 20}) {
            Task<?> task = rework.schedule("makes", size).join(PATIENCE);
            assertThat(task.state()).isEqualTo(TaskState.FAILED);
            assertThat(task.reason()).contains("the output is longer than " + MOST + " bytes");
        }
        Task<?> next = rework.schedule("makes", MOST).join(PATIENCE);
        assertThat(next.state()).isEqualTo(TaskState.DONE);
        assertThat(next.rawOutput()).hasSize(MOST);
        assertThat(db.number("select count(*) from rework.worker where state = 'dead'"))
                .isZero();
    }
}
