package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.TestDatabase;
import dev.rework.internal.Codec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Every listing as programs read it: which keys, in which order, and what may stand under each. */
class ListingFormsTest {
    @RegisterExtension
    static final TestDatabase DB = new TestDatabase();

    private static final String TASK = """
            id:int operation:text domain:text host:text state:task cause:text? reason:text? priority:int attempt:int
            maxAttempts:int queued:time runAt:time started:time? finished:time? worker:int? parent:int?
            progress:map? metadata:map error:text?
            """;
    private static final String OPERATION = """
            id:int name:text domain:text host:text path:text timeout:text? inputs:map? outputs:map?
            """;
    private static final String WORKER = """
            id:int host:text domain:text pid:int? monitor:int? state:worker task:int? memoryMb:int cpuPercent:int
            runs:int created:time started:time? finished:time? deathinfo:text?
            """;
    private static final String MONITOR = """
            id:int host:text domain:text pid:int options:map started:time seen:time silent:flag
            """;
    private static final String PLAN = """
            id:int operation:text domain:text host:text rule:text zone:text input:any metadata:map missed:text
            missedMax:int overlap:text jitter:text paused:flag declared:flag position:time next:time? fired:int
            skipped:int note:text?
            """;
    private static final String LINE = """
            id:int task:int time:time stream:text level:text logger:text line:text
            """;

    private static final String TIME = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d(:\\d\\d(\\.\\d+)?)?(Z|[+-]\\d\\d:\\d\\d)";
    private static final List<String> TASK_STATES =
            List.of("scheduled", "queued", "blocked", "running", "aborting", "done", "failed", "aborted");
    private static final List<String> WORKER_STATES = List.of("starting", "idle", "busy", "stopping", "dead");

    private static long done;

    @BeforeAll
    static void rows() {
        long operation = Rows.operation(DB, "default", "hello", "{\"type\":\"object\"}");
        Rows.queued(DB, operation);
        Rows.failed(DB, operation, "boom");
        Rows.running(DB, operation, Rows.worker(DB, "busy"));
        Rows.worker(DB, "dead");
        done = Rows.queued(DB, operation);
        Rows.done(DB, done, "{\"x\":1}");
        Rows.line(DB, done, "stdout", "INFO", "one, \"two\"");
        Rows.line(DB, done, "log", "WARNING", "three");
        Rows.monitor(DB, "default", "1 hour");
        Rows.monitor(DB, "images", "-1 hour");
        Ran prepared = Ran.rework("prepare", DB.url(), "hello", "0 3 * * *", "--input", "{}", "--metadata", "a=b");
        assertThat(prepared.err()).isEmpty();
    }

    @TestFactory
    Stream<DynamicTest> everyListingKeepsItsForm() {
        return Stream.of(
                listing(TASK, "list-tasks"),
                listing(OPERATION, "list-operations"),
                listing(WORKER, "list-workers"),
                listing(MONITOR, "list-monitors"),
                listing(PLAN, "list-scheduled"),
                listing("time:time operation:text domain:text plan:int", "scheduled-plan", "default", "--hours", "48"),
                listing(
                        "id:int at:time who:text host:text? address:text? verb:text target:text detail:text?",
                        "list-audit"),
                listing(LINE, "log-task", String.valueOf(done)),
                listing("check:text verdict:text message:text remedy:text?", "doctor"));
    }

    @TestFactory
    Stream<DynamicTest> oneTaskHasTheKeysOfTheListAndMore() {
        return Stream.of(DynamicTest.dynamicTest("show-task", () -> {
            Map<String, Object> task =
                    run("json", "show-task", String.valueOf(done)).object();
            assertThat(new ArrayList<>(task.keySet()).subList(0, fields(TASK).size()))
                    .isEqualTo(keys(TASK));
            assertThat(task).containsKeys("input", "output", "attempts");
            assertThat(task).containsEntry("output", Map.of("x", 1));
        }));
    }

    private static DynamicTest listing(String form, String... command) {
        return DynamicTest.dynamicTest(command[0], () -> {
            List<Map<String, Object>> rows = run("json", command).objects();
            assertThat(rows).isNotEmpty().allSatisfy(row -> fits(form, row));
            List<String> lines = run("jsonl", command).lines();
            assertThat(lines).hasSizeGreaterThanOrEqualTo(rows.size()).allSatisfy(line -> fits(form, object(line)));
            List<String> csv = run("csv", command).lines();
            assertThat(csv).hasSizeGreaterThan(rows.size());
            assertThat(csv.get(0)).isEqualTo(String.join(",", keys(form)));
        });
    }

    private static Ran run(String format, String... command) {
        List<String> line = new ArrayList<>(List.of(command));
        line.add(1, DB.url());
        line.addAll(List.of("-o", format));
        Ran ran = Ran.rework(line.toArray(String[]::new));
        assertThat(ran.err()).isEmpty();
        return ran;
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> object(String json) {
        Map<String, Object> object = Codec.read(json, Map.class);
        assertThat(object).isNotNull();
        return object;
    }

    private static List<String> fields(String form) {
        return List.of(form.strip().split("\\s+"));
    }

    private static List<String> keys(String form) {
        return fields(form).stream().map(field -> field.split(":")[0]).toList();
    }

    private static void fits(String form, Map<String, Object> row) {
        assertThat(new ArrayList<>(row.keySet())).isEqualTo(keys(form));
        for (String field : fields(form)) {
            String key = field.split(":")[0];
            String type = field.split(":")[1];
            assertThat(isOf(type, row.get(key)))
                    .as("%s of %s is %s", key, row, type)
                    .isTrue();
        }
    }

    private static boolean isOf(String type, @Nullable Object value) {
        if (value == null) {
            return type.endsWith("?") || type.equals("any");
        }
        return switch (type.replace("?", "")) {
            case "int" -> value instanceof Integer || value instanceof Long;
            case "text" -> value instanceof String;
            case "flag" -> value instanceof Boolean;
            case "map" -> value instanceof Map;
            case "time" -> value instanceof String text && text.matches(TIME);
            case "task" -> value instanceof String text && TASK_STATES.contains(text);
            case "worker" -> value instanceof String text && WORKER_STATES.contains(text);
            default -> type.equals("any");
        };
    }
}
