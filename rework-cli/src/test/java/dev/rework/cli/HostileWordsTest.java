package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Cause;
import dev.rework.LogLine;
import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.FaultRow;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.PlainText;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The sixty strings as what a running task says: printed, logged, returned, thrown; and in the fields of other commands. */
@Tag("slow")
class HostileWordsTest {

    private static final Set<Integer> CODES = Set.of(0, 1, 2, 5, 6);
    private static final Duration PATIENCE = Duration.ofMinutes(2);
    private static final int LONG = 10_000;

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    static Path folder;

    private static Path source;
    private static Rework rework;
    private static MonitorJvm monitor;

    @BeforeAll
    static void begin() throws Exception {
        source = Files.writeString(folder.resolve("Says.java"), """
                import dev.rework.*;
                import java.nio.charset.StandardCharsets;
                public class Says {
                    @Operation public static String says(String text, TaskContext task) throws Exception {
                        System.out.println("out " + text);
                        System.err.println("err " + text);
                        System.getLogger("logger " + text).log(System.Logger.Level.WARNING, "log " + text);
                        java.util.logging.Logger.getLogger("jul").severe("jul " + text);
                        task.progress(1, 2, text);
                        Process child = new ProcessBuilder("sed", "s/^/child /")
                                .redirectOutput(ProcessBuilder.Redirect.INHERIT).start();
                        child.getOutputStream().write((text + "\\n").getBytes(StandardCharsets.UTF_8));
                        child.getOutputStream().close();
                        child.waitFor();
                        return text;
                    }
                    @Operation public static void fails(String text) {
                        throw new IllegalStateException(text, new RuntimeException("because of " + text));
                    }
                }
                """);
        Ran registered = Ran.rework("register-operations", db.url(), source.toString());
        assertThat(registered.code()).as(registered.err()).isZero();
        rework = Rework.connect(db.url());
        monitor = MonitorJvm.start(db.url(), folder.resolve("monitor.log"), "--host", Ran.HOST, "--maxworkers", "1");
    }

    @AfterAll
    static void end() throws Exception {
        monitor.close();
        rework.close();
    }

    @Test
    @Tag("fault-12")
    void whateverATaskSaysIsKeptAndHarmless() throws Exception {
        List<Task<String>> said = new ArrayList<>();
        List<Task<Object>> failed = new ArrayList<>();
        for (String bad : Hostile.STRINGS) {
            said.add(rework.task("says")
                    .input(bad)
                    .metadata(Map.of("k", attached(bad)))
                    .output(String.class)
                    .schedule());
            failed.add(rework.schedule("fails", bad));
        }
        for (int i = 0; i < said.size(); i++) {
            String bad = Hostile.STRINGS.get(i);
            String what = "string " + i + ", task " + said.get(i).id();
            Task<String> task = said.get(i).join(PATIENCE);
            assertThat(task.state()).as(what).isEqualTo(TaskState.DONE);
            assertThat(task.output().equals(bad)).as(what + ": its output").isTrue();
            assertThat(task.metadata().get("k")).as(what).isEqualTo(PlainText.clean(attached(bad)));
            linesAreThere(what, bad, task.logs());
            Task<Object> broken = failed.get(i).join(PATIENCE);
            assertThat(broken.state()).as(what).isEqualTo(TaskState.FAILED);
            assertThat(broken.cause()).as(what).isEqualTo(Cause.ERROR);
            assertThat(bad.length() > LONG
                            || broken.error().contains(PlainText.clean(bad).strip()))
                    .as(what + ": its error")
                    .isTrue();
            shownHarmlessly(task.id());
            shownHarmlessly(broken.id());
        }
        Hostile.assertObeyedByNoTerminal(
                "list-tasks",
                plain(Ran.onTerminal("list-tasks", db.url(), "--limit", "1000").out()));
        assertThat(db.number("select count(*) from rework.worker where state = 'dead'"))
                .isZero();
        FaultRow.measured(
                12,
                Hostile.STRINGS.size()
                        + " strings printed, logged, put in progress, metadata, output and error: all kept,"
                        + " none obeyed");
    }

    /** Of what is too long for metadata, the beginning. */
    private static String attached(String bad) {
        return bad.length() > LONG ? bad.substring(0, LONG) : bad;
    }

    private static void linesAreThere(String what, String bad, List<LogLine> lines) {
        assertThat(lines).as(what).noneMatch(line -> (line.line() + line.logger()).indexOf(0) >= 0);
        for (String start : List.of("out ", "err ", "log ", "jul ", "child ")) {
            assertThat(lines)
                    .as(what + ": " + start)
                    .anyMatch(line -> line.line().startsWith(start.strip()));
        }
        boolean plain = bad.chars().noneMatch(c -> c < 0x20 || Character.isSurrogate((char) c)) && bad.length() < LONG;
        if (plain) {
            for (String start : List.of("out ", "err ", "log ", "jul ", "child ")) {
                assertThat(lines).as(what).anyMatch(line -> line.line().strip().equals((start + bad).strip()));
            }
        }
    }

    private static void shownHarmlessly(long id) {
        for (String command : List.of("show-task", "log-task")) {
            Ran shown = Ran.onTerminal(command, db.url(), String.valueOf(id));
            Hostile.assertObeyedByNoTerminal(command + " " + id, plain(shown.out() + shown.err()));
        }
    }

    private static String plain(String coloured) {
        return coloured.replaceAll("\u001b\\[\\d*m", "");
    }

    /** Command lines for the fields that schedule and prepare do not have. */
    private static Map<String, String[]> commands(String bad) {
        String url = db.url();
        Map<String, String[]> fields = new LinkedHashMap<>();
        fields.put("host", line("register-operations", url, source.toString(), "--host", bad));
        fields.put("asdomain", line("register-operations", url, source.toString(), "--host", "h", "--asdomain", bad));
        fields.put("path", line("register-operations", url, bad));
        fields.put("module", line("unregister-operation", url, "says", "--module", bad, "--yes"));
        fields.put("operations' domain", line("list-operations", url, "--domain", bad));
        fields.put("log", line("log-task", url, bad));
        fields.put("worker", line("kill-worker", url, bad));
        fields.put("level", line("log-task", url, "1", "--level", bad));
        return fields;
    }

    private static String[] line(String... words) {
        return words;
    }

    @Test
    @Tag("fault-12")
    void theFieldsOfOtherCommandsTakeThemToo() {
        int cases = 0;
        for (String bad : Hostile.STRINGS) {
            for (Map.Entry<String, String[]> field : commands(bad).entrySet()) {
                String what = field.getKey() + " = " + (bad.length() > 100 ? bad.substring(0, 100) : bad);
                Ran ran = Ran.onTerminal(field.getValue());
                assertThat(CODES).as(what + ": " + ran.err()).contains(ran.code());
                Hostile.assertHarmless(what, plain(ran.out()));
                Hostile.assertHarmless(what, plain(ran.err()));
                cases++;
            }
        }
        for (String list : List.of("list-operations", "list-workers", "list-monitors", "doctor")) {
            Hostile.assertHarmless(list, plain(Ran.onTerminal(list, db.url()).out()));
        }
        FaultRow.measured(12, cases + " command lines with them in other fields: one harmless answer each");
    }
}
