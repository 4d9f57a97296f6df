package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.TaskSnapshot;
import dev.rework.TaskState;
import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A jar registered again while tasks of it are queued and running: none is lost, none runs twice. */
class RegisteringAgainTest {
    private static final int QUEUED = 1000;
    private static final int RUNNING = 4;
    private static final int STRANDED = 10;
    private static final String EXTRA = "@Operation public static void extra() {}";

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    Path folder;

    /** As {@code Loaded.Line}. */
    record Line(String file, int number) {}

    private static String source(int version, String more) {
        return """
                import dev.rework.*;
                import java.nio.file.*;
                import java.util.concurrent.locks.LockSupport;

                public class Loaded {
                    public record Line(String file, int number) {}

                    @Operation
                    public static int line(Line in) throws Exception {
                        Files.writeString(Path.of(in.file()), in.number() + "\\n",
                                StandardOpenOption.CREATE, StandardOpenOption.APPEND);
                        return %d;
                    }

                    @Operation
                    public static String slow(String file) {
                        while (!Files.exists(Path.of(file))) {
                            LockSupport.parkNanos(5_000_000);
                        }
                        return "seen";
                    }

                    %s
                }
                """.formatted(version, more);
    }

    /** Makes the jar, in the place of the last one, and registers it. */
    private String register(int version, String more) throws IOException {
        Path classes = Files.createDirectories(folder.resolve("version" + version));
        Path source = Files.writeString(folder.resolve("Loaded.java"), source(version, more));
        assertThat(ToolProvider.getSystemJavaCompiler()
                        .run(
                                null,
                                null,
                                null,
                                "-parameters",
                                "-cp",
                                System.getProperty("java.class.path"),
                                "-d",
                                classes.toString(),
                                source.toString()))
                .isZero();
        Path made = folder.resolve("made.jar");
        Launcher.jar(classes, made);
        Files.move(made, folder.resolve("loaded.jar"), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        return registerAgain();
    }

    private String registerAgain() {
        Ran ran = Ran.rework(
                "register-operations", db.url(), folder.resolve("loaded.jar").toString());
        assertThat(ran.err()).isEmpty();
        return ran.out().strip();
    }

    @Test
    @Tag("slow")
    @Tag("fault-37")
    @Tag("fault-38")
    void nothingIsLostAndNothingRunsTwice() throws Exception {
        assertThat(register(0, EXTRA)).isEqualTo("registered 3 new operation (0 already known)");
        List<String> plans = List.of(prepare("1"), prepare("2"), prepare("3"));
        Path gate = folder.resolve("gate");
        Path lines = folder.resolve("lines");
        try (Rework rework = Rework.connect(db.url());
                MonitorJvm monitor = MonitorJvm.start(
                        db.url(), folder.resolve("log"), "--host", Ran.HOST, "--maxworkers", "" + RUNNING)) {
            List<Task<Object>> slow = rework.scheduleAll("slow", Collections.nCopies(RUNNING, gate.toString()));
            Eventually.isTrue("four run", () -> slow.stream().allMatch(each -> each.state() == TaskState.RUNNING));
            List<Task<Object>> queued = new ArrayList<>(rework.scheduleAll(
                    "line",
                    IntStream.range(0, QUEUED)
                            .mapToObj(number -> new Line(lines.toString(), number))
                            .toList()));
            List<Task<Object>> stranded = rework.scheduleAll("extra", Collections.nCopies(STRANDED, null));

            assertThat(registerAgain()).isEqualTo("registered 0 new operation (3 already known)");
            assertThat(register(1, EXTRA)).isEqualTo("registered 0 new operation (3 already known)");
            assertThat(register(2, "")).startsWith("registered 0 new operation (2 already known)");
            assertThat(slow).allMatch(each -> each.state() == TaskState.RUNNING);
            assertThat(queued).extracting(Task::state).containsOnly(TaskState.QUEUED);
            saysWhatItWaitsFor(stranded);

            Files.writeString(gate, "");
            allDone(slow);
            allDone(queued);
            // A worker goes on with what it has loaded until its monitor has looked at the registrations again.
            assertThat(queued).allMatch(each -> List.of(0, 2).contains(each.output(Integer.class)));
            assertThat(Files.readAllLines(lines)).hasSize(QUEUED).doesNotHaveDuplicates();
            saysWhatItWaitsFor(stranded);
            assertThat(Ran.rework("list-scheduled", db.url(), "-o", "json").objects())
                    .extracting(plan -> String.valueOf(plan.get("id")))
                    .containsExactlyInAnyOrderElementsOf(plans);

            assertThat(register(3, EXTRA)).isEqualTo("registered 1 new operation (2 already known)");
            allDone(stranded);
        }
    }

    /** One that fires in half a year. */
    private static String prepare(String hour) {
        int month = LocalDate.now().plusMonths(6).getMonthValue();
        Ran ran = Ran.rework(
                "prepare",
                db.url(),
                "line",
                "0 " + hour + " 1 " + month + " *",
                "--input",
                "{\"file\":\"x\",\"number\":1}");
        assertThat(ran.err()).isEmpty();
        return ran.out().strip();
    }

    private static void allDone(List<Task<Object>> tasks) {
        for (Task<Object> task : tasks) {
            TaskSnapshot seen = task.join(Duration.ofMinutes(3)).snapshot();
            assertThat(seen.state()).as("task %s: %s", seen.id(), seen.error()).isEqualTo(TaskState.DONE);
            assertThat(seen.attempt()).isOne();
        }
    }

    private static void saysWhatItWaitsFor(List<Task<Object>> stranded) {
        assertThat(stranded).extracting(Task::state).containsOnly(TaskState.QUEUED);
        assertThat(Ran.rework("list-tasks", db.url(), "--operation", "extra").lines())
                .hasSize(STRANDED)
                .allMatch(line -> line.endsWith(" waiting: no host has its operation registered"));
        Ran doctor = Ran.rework("doctor", db.url());
        assertThat(doctor.code()).isOne();
        assertThat(doctor.out())
                .contains("tasks of `extra` (domain default) wait, and no host has it registered any more");
    }
}
