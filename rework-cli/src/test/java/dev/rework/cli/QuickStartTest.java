package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ancestor's quick start, word for word, from outside: launcher, one source file, a program, a monitor process. */
@Tag("slow")
class QuickStartTest {
    private static final String OPERATIONS = """
            import dev.rework.Operation;
            import dev.rework.TaskContext;

            public class FirstTasks {
                @Operation
                public static void my_first_task(TaskContext task) {
                    System.out.println("I am running");
                    Object given = task.input(Object.class);
                    task.saveOutput(given instanceof Number n ? (Object) (n.intValue() * 2) : given + "" + given);
                    System.out.println("I am done");
                }

                @Operation
                public static void stuck() {
                    System.out.println("stuck");
                    while (true) {}
                }

                @Operation
                public static int half(int number) {
                    if (number % 2 != 0) {
                        throw new IllegalArgumentException(number + " is odd");
                    }
                    return number / 2;
                }
            }
            """;
    private static final String PROGRAM = """
            import dev.rework.*;

            public class Schedule {
                public static void main(String[] arguments) {
                    try (Rework rework = Rework.connect(arguments[0])) {
                        Task<String> first = rework.schedule("my_first_task", "hello", String.class);
                        Task<?> second = rework.schedule("my_first_task", 100);
                        first.join();
                        second.join();
                        System.out.println(first.output() + " " + second.output(Integer.class) + " " + first.state());
                    }
                }
            }
            """;

    private static final TestDatabase DB = TestDatabase.empty();

    @TempDir
    static Path folder;

    private static Launcher launcher;
    private static Process monitor;
    private static Path said;

    @BeforeAll
    static void setUp() throws Exception {
        DB.create("quickstart");
        launcher = Launcher.in(folder.resolve("dist"));
        assertThat(rework("init-db", DB.url()).code()).isZero();
        Path source = Files.writeString(folder.resolve("FirstTasks.java"), OPERATIONS);
        Ran registered = rework("register-operations", DB.url(), source.toString());
        assertThat(registered.out()).isEqualTo("registered 3 new operation (0 already known)\n");
        said = folder.resolve("monitor.log");
        monitor = launcher.start(environment(), "monitor", DB.url(), "--maxworkers", "2");
        Thread reader = new Thread(QuickStartTest::keepWhatItSays, "monitor's stderr");
        reader.setDaemon(true);
        reader.start();
    }

    private static void keepWhatItSays() {
        try {
            Files.copy(monitor.getErrorStream(), said);
        } catch (IOException e) {
            // it has ended
        }
    }

    @AfterAll
    static void tearDown() throws Exception {
        if (monitor.isAlive()) {
            stopMonitor();
        }
        DB.drop();
    }

    private static void stopMonitor() throws InterruptedException {
        monitor.toHandle().destroy();
        if (!monitor.waitFor(60, TimeUnit.SECONDS)) {
            monitor.destroyForcibly();
        }
    }

    private static Map<String, String> environment() {
        return Map.of("REWORK_HOME", folder.resolve("home").toString(), "REWORK_HOST", Ran.HOST);
    }

    private static Ran rework(String... arguments) {
        return Launcher.ran(launcher.start(environment(), arguments));
    }

    @Test
    void aProgramSchedulesJoinsAndReads() throws IOException {
        Path program = Files.writeString(folder.resolve("Schedule.java"), PROGRAM);
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        String classpath = rework("classpath").out().strip();
        Process running = new ProcessBuilder(java, "-cp", classpath, program.toString(), DB.url()).start();
        assertThat(Launcher.ran(running)).isEqualTo(new Ran(0, "hellohello 200 DONE\n", ""));
        String task = idOf("my_first_task");
        assertThat(rework("list-tasks", DB.url()).out()).contains(task + " my_first_task done domain=default ");
        assertThat(rework("log-task", DB.url(), task).out())
                .matches("stdout:INFO: \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d: I am running\n"
                        + "stdout:INFO: \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d: I am done\n");
        assertThat(rework("list-operations", DB.url()).out()).contains("`my_first_task` default path(");
    }

    private static String idOf(String operation) {
        List<Map<String, Object>> tasks = rework("list-tasks", DB.url(), "--operation", operation, "-o", "json")
                .objects();
        return String.valueOf(tasks.get(0).get("id"));
    }

    @Test
    void waitingShowsLinesAndOutputAndEndsWithTheOutcome() {
        Ran done = rework("schedule", DB.url(), "half", "--input", "42", "--wait", "--timeout", "PT2M");
        assertThat(done.out()).isEqualTo("21\n");
        assertThat(done.code()).isZero();
        Ran failed = rework("schedule", DB.url(), "half", "--input", "7", "--wait", "--timeout", "PT2M");
        assertThat(failed.out()).isEmpty();
        assertThat(failed.err())
                .contains("java.lang.IllegalArgumentException: 7 is odd")
                .contains("FirstTasks.half");
        assertThat(failed.code()).isOne();
        Ran refused = rework("schedule", DB.url(), "half", "--input", "\"seven\"");
        assertThat(refused.code()).isOne();
        assertThat(refused.err().lines()).hasSizeLessThanOrEqualTo(2);
    }

    @Test
    void aDeafTaskIsAbortedAndItsWorkerGone() {
        String task = rework("schedule", DB.url(), "stuck").out().strip();
        Eventually.isTrue("it runs", () -> state(task).equals("running"));
        assertThat(rework("abort-task", DB.url(), task, "--reason", "enough").code())
                .isZero();
        Eventually.isTrue("it is aborted", () -> state(task).equals("aborted"));
        assertThat(rework("log-task", DB.url(), task, "-f").code()).isOne();
        assertThat(rework("show-task", DB.url(), task, "-o", "json").object())
                .containsEntry("cause", "abort")
                .containsEntry("reason", "enough");
        Eventually.isTrue(
                "what it did is kept",
                () -> rework("dump-task", DB.url(), task).out().contains("FirstTasks.stuck"));
        long worker = DB.number("select worker from rework.task where id = ?", Long.parseLong(task));
        assertThat(DB.one(String.class, "select state from rework.worker where id = ?", worker))
                .isEqualTo("dead");
    }

    private static String state(String task) {
        return DB.one(String.class, "select state from rework.task where id = ?", Long.parseLong(task));
    }

    @Test
    @Tag("fault-17")
    void aSecondMonitorIsRefusedAndNamesTheFirst() {
        Eventually.isTrue(
                "the first runs", () -> DB.number("select count(*) from rework.monitor where ended is null") == 1);
        Ran second = rework("monitor", DB.url());
        assertThat(second.code()).isOne();
        assertThat(second.err()).contains("has a monitor already").contains(String.valueOf(monitor.pid()));
    }

    @Test
    void aMonitorToldToStopEndsItsWorkersAndExits0() throws Exception {
        Map<String, String> elsewhere =
                Map.of("REWORK_HOME", folder.resolve("home").toString(), "REWORK_HOST", "elsewhere");
        Process other = launcher.start(elsewhere, "monitor", DB.url(), "--maxworkers", "1", "--grace", "PT5S");
        Eventually.isTrue(
                "its worker is idle",
                () -> DB.number("select count(*) from rework.worker where host = 'elsewhere' and state = 'idle'") == 1);
        other.toHandle().destroy();
        Ran ran = Launcher.ran(other);
        assertThat(ran.code()).isZero();
        assertThat(ran.err()).contains("stopping").doesNotContain("\tat ");
        assertThat(rework("list-workers", DB.url(), "--host", "elsewhere").out())
                .contains("[dead]")
                .contains("monitor exit");
        assertThat(rework("list-monitors", DB.url(), "--host", "elsewhere").out())
                .isEmpty();
    }

    @Test
    void doctorFindsNothingWrong() throws SQLException {
        Eventually.isTrue(
                "it is served", () -> DB.number("select count(*) from rework.monitor where ended is null") >= 1);
        Ran ran = rework("doctor", DB.url());
        assertThat(ran.out()).doesNotContain("problem");
        assertThat(ran.code()).isZero();
    }
}
