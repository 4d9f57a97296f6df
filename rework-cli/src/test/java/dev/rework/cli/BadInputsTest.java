package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.ReworkException;
import dev.rework.TaskFilter;
import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Sixty strings in fifteen fields, through the command line and through Java. */
@Tag("slow")
class BadInputsTest {
    private static final Set<Integer> CODES = Set.of(0, 1, 2, 5, 6);

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    static Path folder;

    @BeforeAll
    static void operations() throws Exception {
        Path source = Files.writeString(folder.resolve("Echo.java"), """
                import dev.rework.*;
                public class Echo {
                    public record In(String text, @Default("1") int number) {}
                    @Operation public static String echo(In in) { System.out.println(in.text()); return in.text(); }
                    @Operation public static String shout(TaskContext task) {
                        throw new IllegalStateException(String.valueOf(task.metadata()));
                    }
                }
                """);
        Ran registered = Ran.rework("register-operations", db.url(), source.toString());
        assertThat(registered.code()).as(registered.err()).isZero();
    }

    /** A command line for each field. */
    private static Map<String, String[]> commands(String bad) {
        String url = db.url();
        Map<String, String[]> fields = new LinkedHashMap<>();
        fields.put("operation", line("schedule", url, bad));
        fields.put("domain", line("schedule", url, "echo", "--domain", bad));
        fields.put("host", line("schedule", url, "echo", "--input", "text=x", "--host", bad));
        fields.put("input", line("schedule", url, "echo", "--input", bad));
        fields.put("input's field", line("schedule", url, "echo", "--input", "text=" + bad));
        fields.put("input's number", line("schedule", url, "echo", "--input", "text=x", "--input", "number=" + bad));
        fields.put("metadata", line("schedule", url, "shout", "--metadata", "k=" + bad));
        fields.put("--in", line("schedule", url, "echo", "--input", "text=x", "--in", bad));
        fields.put("--at", line("schedule", url, "echo", "--input", "text=x", "--at", bad));
        fields.put("rule", line("prepare", url, "echo", bad, "--input", "text=x"));
        fields.put("zone", line("prepare", url, "echo", "0 0 1 1 *", "--input", "text=x", "--zone", bad));
        fields.put("reason", line("abort-task", url, "1", "--reason", bad));
        fields.put("id", line("show-task", url, bad));
        fields.put("filter", line("list-tasks", url, "--operation", bad));
        fields.put("state", line("list-tasks", url, "--state", bad));
        return fields;
    }

    private static String[] line(String... words) {
        return words;
    }

    @Test
    @Tag("S1")
    @Tag("S12")
    @Tag("S13")
    void nineHundredGetOneHarmlessLineAndWedgeNothing() throws Exception {
        int cases = 0;
        for (String bad : Hostile.STRINGS) {
            for (Map.Entry<String, String[]> field : commands(bad).entrySet()) {
                String what = field.getKey() + " = " + (bad.length() > 100 ? bad.substring(0, 100) : bad);
                Ran ran = Ran.onTerminal(field.getValue());
                assertThat(CODES).as(what + ": " + ran.err()).contains(ran.code());
                Hostile.assertHarmless(what, ran.out().replaceAll("\u001b\\[\\d*m", ""));
                Hostile.assertHarmless(what, ran.err().replaceAll("\u001b\\[\\d*m", ""));
                if (ran.code() != 0) {
                    assertThat(ran.err().lines().count())
                            .as(what + ": " + ran.err())
                            .isBetween(1L, 3L);
                }
                cases++;
            }
        }
        assertThat(cases).isEqualTo(900);
        assertThat(db.number("select count(*) from pg_class where relname = 'task'"))
                .isOne();
        everythingRunsToItsEnd();
    }

    private static void everythingRunsToItsEnd() throws Exception {
        try (MonitorJvm monitor =
                MonitorJvm.start(db.url(), folder.resolve("monitor.log"), "--host", Ran.HOST, "--maxworkers", "1")) {
            assertThat(monitor).isNotNull();
            Eventually.isTrue(
                    "nothing waits or runs",
                    Duration.ofSeconds(120),
                    () -> db.number("select count(*) from rework.task where state in ('queued','claimed','running')")
                            == 0);
        }
        assertThat(db.number("select count(*) from rework.task where state = 'done'"))
                .isGreaterThan(30);
        Hostile.assertHarmless("monitor", Files.readString(folder.resolve("monitor.log")));
        for (long id = 1; id < 200; id += 7) {
            for (String command : List.of("show-task", "log-task")) {
                Ran shown = Ran.rework(command, db.url(), String.valueOf(id));
                Hostile.assertObeyedByNoTerminal(command, shown.out() + shown.err());
            }
        }
        Ran listed = Ran.rework("list-tasks", db.url(), "--limit", "1000");
        Hostile.assertObeyedByNoTerminal("list-tasks", listed.out());
        assertThat(listed.lines()).allMatch(line -> line.matches("\\d+ .*"));
    }

    @Test
    @Tag("S1")
    void javaAnswersThemWithItsOwnErrorsAlone() {
        try (dev.rework.Rework rework = dev.rework.Rework.connect(db.url())) {
            for (String bad : Hostile.STRINGS) {
                List<Consumer<String>> fields = new ArrayList<>();
                fields.add(text -> rework.schedule(text));
                fields.add(text -> rework.task("echo").domain(text).schedule());
                fields.add(text -> rework.task("echo")
                        .host(text)
                        .input(Map.of("text", "x"))
                        .schedule());
                fields.add(text -> rework.schedule("echo", text));
                fields.add(text -> rework.schedule("echo", Map.of("text", text)));
                fields.add(text -> rework.schedule("echo", Map.of(text, text)));
                fields.add(
                        text -> rework.task("shout").metadata(Map.of("k", text)).schedule());
                fields.add(
                        text -> rework.task("shout").metadata(Map.of(text, "v")).schedule());
                fields.add(text ->
                        rework.prepare("echo", text).input(Map.of("text", "x")).save());
                fields.add(
                        text -> rework.prepare("echo", "0 0 1 1 *").zone(text).save());
                fields.add(text -> rework.schedule("shout").abort(text));
                fields.add(text -> rework.tasks(TaskFilter.all().operation(text)));
                for (int i = 0; i < fields.size(); i++) {
                    tryIt("field " + i, bad, fields.get(i));
                }
            }
        }
    }

    private static void tryIt(String what, String bad, Consumer<String> field) {
        try {
            field.accept(bad);
        } catch (ReworkException | IllegalArgumentException | java.time.DateTimeException e) {
            assertThat(e.getMessage()).as(what).isNotBlank().hasSizeLessThan(250_000);
        }
    }
}
