package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.TestDatabase;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ListingsTest {
    private static final String STAMP = "\\[\\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d\\.\\d{6}[+-]\\d\\d:\\d\\d\\]";
    private static final String HOSTILE = "\u001b[31mred\u001b]52;c;eA==\u0007 \u202eback\u009b1m";

    @RegisterExtension
    static final TestDatabase DB = new TestDatabase();

    private long operation;

    @BeforeEach
    void anOperation() {
        operation = Rows.operation(DB, "default", "hello", "{\"type\":\"object\"}");
    }

    @AfterEach
    void empty() {
        DB.execute("truncate rework.task, rework.attempt, rework.registration, rework.operation, rework.worker,"
                + " rework.monitor, rework.log, rework.plan cascade");
    }

    private static Ran rework(String command, String... more) {
        List<String> line = new ArrayList<>(List.of(command, DB.url()));
        line.addAll(List.of(more));
        return Ran.rework(line.toArray(String[]::new));
    }

    @Test
    void tasksHaveTheirKeysInJson() {
        long failed = Rows.failed(DB, operation, "java.lang.IllegalStateException: no\n\tat x.Ops.hello(Ops.java:3)");
        Ran ran = rework("list-tasks", "-o", "json");
        assertThat(ran.code()).isZero();
        Map<String, Object> task = ran.objects().get(0);
        assertThat(task.keySet())
                .containsExactly(
                        "id",
                        "operation",
                        "domain",
                        "host",
                        "state",
                        "cause",
                        "reason",
                        "priority",
                        "attempt",
                        "maxAttempts",
                        "queued",
                        "runAt",
                        "started",
                        "finished",
                        "worker",
                        "parent",
                        "progress",
                        "metadata",
                        "error");
        assertThat(task)
                .containsEntry("operation", "hello")
                .containsEntry("domain", "default")
                .containsEntry("state", "failed")
                .containsEntry("cause", "error")
                .containsEntry("reason", "it went wrong")
                .containsEntry("worker", null);
        assertThat(((Number) task.get("id")).longValue()).isEqualTo(failed);
        assertThat(OffsetDateTime.parse((String) task.get("queued"))).isNotNull();
        assertThat(OffsetDateTime.parse((String) task.get("finished"))).isNotNull();
        assertThat(task.get("metadata")).isEqualTo(Map.of());
    }

    @Test
    void tasksHaveTheAncestorsLine() {
        Rows.monitor(DB, "default", "1 hour");
        long queued = Rows.queued(DB, operation);
        long failed = Rows.failed(DB, operation, "boom");
        List<String> lines = rework("list-tasks").lines();
        assertThat(lines.get(0)).matches(queued + " hello queued domain=default " + STAMP);
        assertThat(lines.get(1))
                .matches(failed + " hello failed domain=default " + STAMP + " → " + STAMP + " → " + STAMP
                        + " it went wrong");
    }

    @Test
    @Tag("fault-38")
    void tasksThatWaitInVainSaySo() {
        Rows.queued(DB, operation);
        assertThat(rework("list-tasks").out()).endsWith(" waiting: no monitor of domain default runs on here\n");
        DB.update("update rework.task set host = 'h9'");
        assertThat(rework("list-tasks").out()).endsWith(" waiting: host h9 has not registered its operation\n");
        DB.execute("update rework.task set host = ''; update rework.registration set retired_at = clock_timestamp()");
        assertThat(rework("list-tasks").out()).endsWith(" waiting: no host has its operation registered\n");
        DB.execute("update rework.registration set retired_at = null");
        Rows.monitor(DB, "default", "1 hour");
        assertThat(rework("list-tasks").out()).doesNotContain("waiting");
    }

    @Test
    void linesAndStackTracesAreCountedAndShownOnDemand() {
        long failed = Rows.failed(DB, operation, "java.lang.Error: boom\n\tat x.Ops.hello(Ops.java:3)");
        Rows.line(DB, failed, "stdout", "INFO", "one");
        Rows.line(DB, failed, "stdout", "INFO", "two");
        assertThat(rework("list-tasks", "--logcount").out()).contains("domain=default [2 log lines ][20");
        assertThat(rework("list-tasks", "--tracebacks").out()).contains("at x.Ops.hello(Ops.java:3)");
        assertThat(rework("list-tasks").out()).doesNotContain("Ops.java");
    }

    @Test
    void theNewestAreShownOldestFirstAndPagesGoUp() {
        List<Long> ids = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
            ids.add(Rows.queued(DB, operation));
        }
        assertThat(ids(rework("list-tasks", "-o", "json", "--limit", "3"))).isEqualTo(ids.subList(4, 7));
        assertThat(ids(rework("list-tasks", "-o", "json", "--limit", "3", "--after", String.valueOf(ids.get(1)))))
                .isEqualTo(ids.subList(2, 5));
    }

    @Test
    @DisplayName("W33 lists of tasks are filtered in the database, queued ones by their domain too")
    void tasksAreFiltered() {
        long other = Rows.operation(DB, "images", "resize", null);
        long queued = Rows.queued(DB, operation);
        long resize = Rows.queued(DB, other);
        long failed = Rows.failed(DB, operation, "x");
        assertThat(ids(rework("list-tasks", "-o", "json", "--domain", "images")))
                .containsExactly(resize);
        assertThat(ids(rework("list-tasks", "-o", "json", "--operation", "hello")))
                .containsExactly(queued, failed);
        assertThat(ids(rework("list-tasks", "-o", "json", "--state", "queued"))).containsExactly(queued, resize);
        assertThat(ids(rework("list-tasks", "-o", "json", "--host", "elsewhere")))
                .isEmpty();
    }

    private static List<Long> ids(Ran ran) {
        return ran.objects().stream()
                .map(each -> ((Number) each.get("id")).longValue())
                .toList();
    }

    @Test
    void anEmptyListIsEmptyInEveryFormat() {
        assertThat(rework("list-tasks").out()).isEmpty();
        assertThat(rework("list-tasks", "-o", "json").out().strip()).isEqualTo("[]");
        assertThat(rework("list-tasks", "-o", "jsonl").out()).isEmpty();
        assertThat(rework("list-tasks", "-o", "csv").out().strip()).startsWith("id,operation,domain");
    }

    @Test
    void jsonLinesAndCsvHaveOneRowEach() {
        Rows.failed(DB, operation, "a \"quoted\", word");
        Rows.queued(DB, operation);
        assertThat(rework("list-tasks", "-o", "jsonl").lines()).hasSize(2).allMatch(line -> line.startsWith("{\"id\""));
        List<String> csv = rework("list-tasks", "-o", "csv").lines();
        assertThat(csv).hasSize(3);
        assertThat(csv.get(1)).endsWith("{},\"a \"\"quoted\"\", word\"");
    }

    @Test
    @DisplayName("C01 every operation is listed with its id, name, domain, path and host")
    void operationsHaveTheirKeysAndLine() {
        Ran json = rework("list-operations", "-o", "json");
        Map<String, Object> shown = json.objects().get(0);
        assertThat(shown.keySet())
                .containsExactly("id", "name", "domain", "host", "path", "timeout", "inputs", "outputs");
        assertThat(shown)
                .containsEntry("timeout", "PT1M1S")
                .containsEntry("host", Ran.HOST)
                .containsEntry("inputs", Map.of("type", "object"))
                .containsEntry("outputs", null);
        assertThat(rework("list-operations").out())
                .isEqualTo(operation + " `hello` default path(/jars/ops.jar) host(here)\n");
    }

    @Test
    void anOperationNobodyServesSaysSoWhileTasksWait() {
        Rows.queued(DB, operation);
        DB.execute("update rework.registration set retired_at = clock_timestamp()");
        assertThat(rework("list-operations").out()).contains("`hello` default").contains("served by no host");
    }

    @Test
    void workersHaveTheirKeysAndLine() {
        long idle = Rows.worker(DB, "idle");
        long busy = Rows.worker(DB, "busy");
        long dead = Rows.worker(DB, "dead");
        long task = Rows.running(DB, operation, busy);
        DB.update("update rework.worker set holding = array[?::bigint] where id = ?", task, busy);
        List<Map<String, Object>> workers = rework("list-workers", "-o", "json").objects();
        assertThat(workers.get(0).keySet())
                .containsExactly(
                        "id",
                        "host",
                        "domain",
                        "pid",
                        "monitor",
                        "state",
                        "task",
                        "memoryMb",
                        "cpuPercent",
                        "runs",
                        "created",
                        "started",
                        "finished",
                        "deathinfo");
        assertThat(((Number) workers.get(1).get("task")).longValue()).isEqualTo(task);
        List<String> lines = rework("list-workers").lines();
        assertThat(lines.get(0)).matches(idle + " 8862@h1 50 Mb \\[running \\(idle\\)\\] " + STAMP + " → " + STAMP);
        assertThat(lines.get(1)).matches(busy + " 8862@h1 50 Mb \\[running #" + task + "\\] " + STAMP + " → " + STAMP);
        assertThat(lines.get(2))
                .matches(dead + " 8862@h1 50 Mb \\[dead\\] " + STAMP + " → " + STAMP + " → " + STAMP
                        + " killed: enough");
        assertThat(rework("list-workers", "--state", "dead").lines()).hasSize(1);
        assertThat(rework("list-workers", "--state", "asleep").code()).isEqualTo(2);
    }

    @Test
    void monitorsHaveTheirKeysAndLine() {
        long live = Rows.monitor(DB, "default", "1 hour");
        long silent = Rows.monitor(DB, "images", "-1 hour");
        Map<String, Object> first =
                rework("list-monitors", "-o", "json").objects().get(0);
        assertThat(first.keySet())
                .containsExactly("id", "host", "domain", "pid", "options", "started", "seen", "silent");
        assertThat(first.get("options")).isEqualTo(Map.of("maxworkers", 2, "minworkers", 1));
        List<String> lines = rework("list-monitors").lines();
        assertThat(lines.get(0))
                .matches(live + " \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d[+-]\\d{4}  default options\\("
                        + "maxworkers=2, minworkers=1\\) 4711@here");
        assertThat(lines.get(1)).startsWith(silent + " ").endsWith("[silent]");
    }

    @Test
    void theAuditHasItsKeysAndLine() {
        long task = Rows.queued(DB, operation);
        assertThat(rework("abort-task", String.valueOf(task), "--reason", HOSTILE + " enough")
                        .code())
                .isZero();
        Map<String, Object> row =
                rework("list-audit", "--limit", "1", "-o", "json").objects().get(0);
        assertThat(row.keySet()).containsExactly("id", "at", "who", "host", "address", "verb", "target", "detail");
        assertThat(row).containsEntry("verb", "abort").containsEntry("target", "task " + task);
        assertThat((String) row.get("who")).endsWith("/" + System.getProperty("user.name"));
        Ran lines = rework("list-audit", "--verb", "abort");
        assertHarmless(lines);
        assertThat(lines.lines().get(lines.lines().size() - 1))
                .matches(row.get("id") + " " + STAMP + " \\S+/.+ abort task " + task + " .* enough");
        assertThat(rework("list-audit", "--limit", "0").code()).isEqualTo(2);
    }

    @Test
    @Tag("S12")
    void whatComesFromTheDatabaseReachesNoTerminalRaw() {
        long other = Rows.operation(DB, HOSTILE, HOSTILE, null);
        long task = Rows.failed(DB, other, HOSTILE);
        DB.update("update rework.task set reason = ?, host = ? where id = ?", HOSTILE, HOSTILE, task);
        Rows.line(DB, task, "stdout", "INFO", HOSTILE);
        DB.execute("update rework.worker set deathinfo = null");
        for (String format : List.of("table", "json", "jsonl", "csv")) {
            assertHarmless(rework("list-tasks", "-o", format));
            assertHarmless(rework("list-operations", "-o", format));
            assertHarmless(rework("show-task", "-o", format, String.valueOf(task)));
            assertHarmless(rework("log-task", "-o", format, String.valueOf(task)));
        }
        assertThat(rework("list-tasks", "-o", "json").objects().get(0)).containsEntry("operation", HOSTILE);
    }

    @Test
    @Tag("S13")
    void aForgedLineIsNoLineOfItsOwn() {
        String forged = "x\r\n2026-11-28 12:00:00 ERROR forged\n7 \u2028 done";
        long other = Rows.operation(DB, "default", forged, null);
        long task = Rows.failed(DB, other, "boom");
        DB.update("update rework.task set reason = ? where id = ?", forged, task);
        Rows.line(DB, task, "stdout", "INFO", forged);
        assertThat(rework("list-tasks").lines()).hasSize(1);
        assertThat(rework("log-task", String.valueOf(task)).out()).contains("stdout:INFO: ", "␊");
        assertThat(rework("list-tasks", "-o", "jsonl").lines()).hasSize(1);
        Ran unknown = rework("schedule", forged + "?");
        assertThat(unknown.err().lines().count()).as(unknown.err()).isEqualTo(2);
    }

    private static void assertHarmless(Ran ran) {
        assertThat(ran.code()).isZero();
        assertThat(ran.out().chars().filter(c -> c != '\n' && c != '\t'))
                .allMatch(c -> c >= 0x20 && (c < 0x7f || c > 0x9f) && (c < 0x202a || c > 0x202e));
    }

    @Test
    void coloursAreForTerminalsAndOnDemand() {
        Rows.queued(DB, operation);
        assertThat(rework("list-tasks").out()).doesNotContain("\u001b");
        assertThat(rework("list-tasks", "--color", "always").out()).contains("\u001b[34mqueued\u001b[0m");
        assertThat(Ran.onTerminal("list-tasks", DB.url()).out()).contains("\u001b[34mqueued");
        assertThat(Ran.onTerminal("list-tasks", DB.url(), "--color", "never").out())
                .doesNotContain("\u001b");
        assertThat(Ran.onTerminal("list-tasks", DB.url(), "-o", "json").out()).doesNotContain("\u001b");
    }
}
