package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The command line as the Python rework's tests use it, with one real monitor of one worker for all of these tests. */
class AncestorCliTest {
    @RegisterExtension
    static final TestDatabase DB = new TestDatabase();

    @TempDir
    static Path folder;

    private static final int PORT = 26_000 + (int) (ProcessHandle.current().pid() % 3_000);

    private static final String OPERATIONS = """
            import dev.rework.*;
            import java.nio.file.*;
            import java.util.concurrent.locks.LockSupport;

            public class Tasks {
                @Operation
                public static void infinite_loop() {
                    while (true) {
                        LockSupport.parkNanos(5_000_000);
                        Thread.interrupted();
                    }
                }

                @Operation
                public static void capture_logs() {
                    System.out.println("I will be captured");
                    System.err.println("I will be captured also");
                    java.util.logging.Logger.getLogger("my_app").warning("and me too");
                }

                @Operation
                public static String wait_for(String file) throws Exception {
                    Files.writeString(Path.of(file + ".runs"), "" + ProcessHandle.current().pid());
                    while (!Files.exists(Path.of(file))) {
                        LockSupport.parkNanos(5_000_000);
                    }
                    return "seen";
                }
            }
            """;

    private static Process monitor;

    @BeforeAll
    static void begin() throws Exception {
        Path source = Files.writeString(folder.resolve("Tasks.java"), OPERATIONS);
        assertThat(rework("register-operations", source.toString()).code()).isZero();
        assertThat(rework("register-operations", source.toString(), "--asdomain", "interrupted")
                        .code())
                .isZero();
        monitor = monitor("default", "--debug-port", String.valueOf(PORT));
    }

    @AfterAll
    static void end() throws Exception {
        monitor.destroy();
        assertThat(monitor.waitFor(60, TimeUnit.SECONDS)).isTrue();
    }

    private static Process monitor(String domain, String... more) throws IOException {
        List<String> line = new ArrayList<>(hearingInterrupts());
        line.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "dev.rework.cli.Main",
                "monitor",
                "--host",
                Ran.HOST,
                "--domain",
                domain,
                "--maxworkers",
                "1",
                "--jvm-option=-XX:TieredStopAtLevel=1"));
        line.addAll(List.of(more));
        ProcessBuilder builder = new ProcessBuilder(line);
        builder.environment().put("REWORK_DB", DB.url());
        builder.environment().put("REWORK_HOME", Ran.HOME.toString());
        return builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve(domain + ".log").toFile())
                .start();
    }

    /** As the launcher does it: where this build runs in the background, SIGINT is ignored, and Java would not hear it. */
    private static List<String> hearingInterrupts() {
        List<String> env = List.of("env", "--default-signal=INT");
        try {
            List<String> trial = List.of("env", "--default-signal=INT", "true");
            return new ProcessBuilder(trial).start().waitFor() == 0 ? env : List.of();
        } catch (IOException none) {
            return List.of();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return List.of();
        }
    }

    private static Ran rework(String command, String... more) {
        List<String> line = new ArrayList<>(List.of(command, DB.url()));
        line.addAll(List.of(more));
        return Ran.rework(line.toArray(String[]::new));
    }

    private static String schedule(String operation, String... more) {
        List<String> words = new ArrayList<>(List.of(operation));
        words.addAll(List.of(more));
        Ran ran = rework("schedule", words.toArray(String[]::new));
        assertThat(ran.err()).isEmpty();
        return ran.out().strip();
    }

    private static String line(String list, String id) {
        return rework(list).lines().stream()
                .filter(each -> each.startsWith(id + " "))
                .findFirst()
                .orElse("");
    }

    private static void awaitLine(String list, String id, String part) {
        Eventually.value(
                part + " in the line of " + id, Eventually.PATIENCE, () -> line(list, id), line -> line.contains(part));
    }

    /** The worker that lives now and has nothing in its hands. */
    private static String idleWorker() {
        return Eventually.value(
                        "an idle worker",
                        Eventually.PATIENCE,
                        () -> rework("list-workers", "--domain", "default").lines().stream()
                                .filter(each -> each.contains("[running (idle)]"))
                                .toList(),
                        lines -> lines.size() == 1)
                .get(0)
                .split(" ")[0];
    }

    private static String workerOf(String task) {
        return String.valueOf(DB.number("select worker from rework.task where id = ?", Long.parseLong(task)));
    }

    @Test
    @DisplayName("C04 a monitor is listed with its id, when it was seen, its domain and its options")
    void c04() {
        String line = Eventually.value(
                "the monitor",
                Eventually.PATIENCE,
                () -> rework("list-monitors", "--domain", "default").out(),
                out -> !out.isEmpty());
        assertThat(line)
                .matches("(?s)\\d+ \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d[+-]\\d{4}  default options\\(.*")
                .contains("maxworkers=1", "minworkers=1", "maxruns=0", "maxmem=0", "debugport=" + PORT);
    }

    @Test
    @DisplayName("C05 workers are listed as idle, as dead with three stamps and the reason, and as unstarted")
    void c05() {
        String idle = idleWorker();
        assertThat(line("list-workers", idle)).matches(idle + " \\d+@here \\d+ Mb \\[running \\(idle\\)\\] .*\\[.*");
        assertThat(rework("shutdown-worker", idle, "--wait").code()).isZero();
        String stamp = "\\[[^\\]]+\\]";
        assertThat(line("list-workers", idle))
                .matches(idle + " \\d+@here \\d+ Mb \\[dead\\] " + stamp + " → " + stamp + " → " + stamp
                        + " explicit shutdown");
        long unstarted = DB.number("insert into rework.worker (host, domain, tag, lease) values ('elsewhere', 'none',"
                + " gen_random_uuid(), clock_timestamp() + interval '1 hour') returning id");
        assertThat(line("list-workers", String.valueOf(unstarted)))
                .startsWith(unstarted + " <nopid>@elsewhere 0 Mb [unstarted] ");
    }

    @Test
    @DisplayName("C09 abort-task kills a running task; lists show it aborted and its worker dead, with the reason")
    void c09() {
        String task = schedule("infinite_loop");
        awaitLine("list-tasks", task, "infinite_loop running");
        String worker = workerOf(task);
        assertThat(rework("abort-task", task).code()).isZero();
        awaitLine("list-tasks", task, "infinite_loop aborted");
        assertThat(line("list-tasks", task)).contains("from the command line");
        awaitLine("list-workers", worker, "[dead]");
        assertThat(line("list-workers", worker)).contains("preemptive kill at 20");
    }

    @Test
    @DisplayName("C10 kill-worker kills a worker, and the task in its hands is aborted")
    void c10() {
        String task = schedule("infinite_loop");
        awaitLine("list-tasks", task, "infinite_loop running");
        Ran ran = rework("kill-worker", workerOf(task), "--wait");
        assertThat(ran.out()).startsWith("worker " + workerOf(task) + " is dead: preemptive kill at 20");
        assertThat(line("list-tasks", task)).contains("infinite_loop aborted");
    }

    @Test
    @DisplayName("C11 the debug port of a worker is listed")
    void c11() {
        // One that is still ending has its port to itself until it is gone.
        assertThat(line("list-workers", idleWorker()))
                .containsPattern("\\[running \\(idle\\)] debugport = (" + PORT + "|" + (PORT + 1) + ") ");
    }

    @Test
    @DisplayName("C12 shutdown-worker ends an idle worker politely, and another follows")
    void c12() {
        String worker = idleWorker();
        assertThat(rework("shutdown-worker", worker, "--wait").out())
                .isEqualTo("worker " + worker + " is dead: explicit shutdown\n");
        assertThat(idleWorker()).isNotEqualTo(worker);
    }

    @Test
    @DisplayName("C13 log-task prints what was captured, as logger:LEVEL: time: text")
    void c13() {
        String task = schedule("capture_logs");
        awaitLine("list-tasks", task, "capture_logs done");
        String time = ": \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d: ";
        List<String> lines = rework("log-task", task).lines();
        assertThat(lines).hasSize(3);
        assertThat(lines.get(0)).matches("stdout:INFO" + time + "I will be captured");
        assertThat(lines.get(1)).matches("stderr:WARNING" + time + "I will be captured also");
        assertThat(lines.get(2)).matches("my_app:WARNING" + time + "and me too");
    }

    @Test
    @DisplayName("C14 vacuum refuses both and neither, deletes finished tasks, and dead workers without their tasks")
    void c14() {
        assertThat(rework("vacuum").code()).isEqualTo(2);
        assertThat(rework("vacuum", "--tasks", "--workers").code()).isEqualTo(2);
        long operation = Rows.operation(DB, "vacuumed", "dust", null);
        for (int i = 0; i < 3; i++) {
            Rows.done(DB, Rows.queued(DB, operation), null);
        }
        assertThat(rework("vacuum", "--tasks", "--domain", "vacuumed").out()).isEqualTo("deleted 3 tasks\n");
        long task = Rows.queued(DB, operation);
        Rows.done(DB, task, null);
        long first = Rows.worker(DB, "dead");
        long second = Rows.worker(DB, "dead");
        DB.update("update rework.task set worker = ? where id = ?", first, task);
        DB.update("update rework.worker set domain = 'vacuumed' where id in (?, ?)", first, second);
        assertThat(rework("vacuum", "--workers", "--domain", "vacuumed").out()).isEqualTo("deleted 2 workers\n");
        assertThat(line("list-tasks", String.valueOf(task))).contains("dust done");
    }

    @Test
    @DisplayName("C15 vacuum --tasks --queued deletes queued tasks")
    void c15() {
        long task = Rows.queued(DB, Rows.operation(DB, "waiting", "dust", null));
        assertThat(rework("vacuum", "--tasks", "--queued", "--domain", "waiting")
                        .out())
                .isEqualTo("deleted 1 tasks\n");
        assertThat(line("list-tasks", String.valueOf(task))).isEmpty();
    }

    @Test
    @DisplayName("W11 Ctrl-C reaches the monitor alone: what runs may end, and all of it ends with exit code 0")
    void w11() throws Exception {
        Process other = monitor("interrupted");
        try {
            Path file = folder.resolve("go");
            String task = schedule("wait_for", "--domain", "interrupted", "--input", "\"" + file + "\"");
            Path runs = Path.of(file + ".runs");
            String pid = Eventually.value(
                    "it runs",
                    Eventually.PATIENCE,
                    () -> Files.exists(runs) ? Files.readString(runs) : "",
                    text -> !text.isEmpty());
            // A terminal signals its foreground process group: the worker must be in another.
            assertThat(group(Long.parseLong(pid))).isNotEqualTo(group(other.pid()));
            new ProcessBuilder("sh", "-c", "kill -INT " + other.pid()).start().waitFor();
            Eventually.isTrue(
                    "it says so",
                    () -> Files.readString(folder.resolve("interrupted.log")).contains("no new tasks begin"));
            Files.writeString(file, "");
            assertThat(other.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(other.exitValue()).isZero();
            assertThat(line("list-tasks", task)).contains("wait_for done");
            assertThat(line("list-workers", workerOf(task))).endsWith("monitor exit");
        } finally {
            other.destroyForcibly();
            endWorker(folder.resolve("go.runs"));
        }
    }

    /** Without its monitor it would finish its task, and that waits for a file. */
    private static void endWorker(Path runs) throws IOException {
        if (Files.exists(runs)) {
            ProcessHandle.of(Long.parseLong(Files.readString(runs))).ifPresent(ProcessHandle::destroyForcibly);
        }
    }

    /** Its process group, where the system tells. */
    private static String group(long pid) throws IOException {
        Path stat = Path.of("/proc", String.valueOf(pid), "stat");
        String text = Files.exists(stat) ? Files.readString(stat) : "x) S 0 " + pid;
        return text.substring(text.lastIndexOf(')') + 2).split(" ")[2];
    }

    @Test
    @DisplayName("W21 a host is what it is told to be, else the machine's name: nothing is asked of the network")
    void w21() {
        assertThat(shell(Map.of("REWORK_HOST", "named")).host("given")).isEqualTo("given");
        assertThat(shell(Map.of("REWORK_HOST", "named")).host(null)).isEqualTo("named");
        String machine = shell(Map.of()).host(null);
        assertThat(machine).isNotBlank().isEqualTo(shell(Map.of()).host(null));
    }

    private static Shell shell(Map<String, String> environment) {
        return new Shell(InputStream.nullInputStream(), System.out, System.err, environment, false, false);
    }
}
