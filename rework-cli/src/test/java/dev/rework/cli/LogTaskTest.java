package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class LogTaskTest {
    @RegisterExtension
    static final TestDatabase DB = new TestDatabase();

    private static final String LINE = "stdout:INFO: \\d{4}-\\d\\d-\\d\\d \\d\\d:\\d\\d:\\d\\d: ";

    private long operation;
    private String task = "";

    @BeforeEach
    void aTask() {
        DB.execute("truncate rework.task, rework.registration, rework.operation, rework.log cascade");
        operation = Rows.operation(DB, "default", "hello", null);
        task = String.valueOf(Rows.running(DB, operation, 1));
    }

    private long id() {
        return Long.parseLong(task);
    }

    @Test
    void linesHaveTheAncestorsForm() {
        Rows.line(DB, id(), "stdout", "INFO", "I am running");
        Rows.line(DB, id(), "log", "ERROR", "no bread");
        Ran ran = Ran.rework("log-task", DB.url(), task);
        assertThat(ran.code()).isZero();
        assertThat(ran.lines().get(0)).matches(LINE + "I am running");
        assertThat(ran.lines().get(1)).matches("shop.Till:ERROR: \\S+ \\S+: no bread");
    }

    @Test
    void theStackTraceFollows() {
        long failed = Rows.failed(DB, operation, "java.lang.Error: boom\n\tat x.Ops.hello(Ops.java:3)\n");
        Rows.line(DB, failed, "stdout", "INFO", "last words");
        Ran ran = Ran.rework("log-task", DB.url(), String.valueOf(failed));
        assertThat(ran.out())
                .matches("(?s)" + LINE + "last words\njava.lang.Error: boom\n\tat x.Ops.hello\\(Ops.java:3\\)\n");
        assertThat(ran.code()).isZero();
    }

    @Test
    void jsonHasItsKeys() {
        Rows.line(DB, id(), "stdout", "INFO", "I am running");
        Map<String, Object> line =
                Ran.rework("log-task", DB.url(), task, "-o", "json").objects().get(0);
        assertThat(line.keySet()).containsExactly("id", "task", "time", "stream", "level", "logger", "line");
        assertThat(line).containsEntry("line", "I am running").containsEntry("level", "INFO");
        assertThat(OffsetDateTime.parse((String) line.get("time"))).isNotNull();
    }

    @Test
    void partsAreShownOnDemand() {
        for (int i = 1; i <= 5; i++) {
            Rows.line(DB, id(), "stdout", i == 2 ? "ERROR" : "INFO", "line " + i);
        }
        long second = DB.number("select id from rework.log where line = 'line 2'");
        assertThat(words("--tail", "2")).isEqualTo("line 4,line 5");
        assertThat(words("--tail", "0")).isEmpty();
        assertThat(words("--fromid", String.valueOf(second))).isEqualTo("line 3,line 4,line 5");
        assertThat(words("--level", "warning")).isEqualTo("line 2");
        assertThat(words("--level", "INFO", "--tail", "2")).isEqualTo("line 4,line 5");
        assertThat(Ran.rework("log-task", DB.url(), task, "--level", "loud").code())
                .isEqualTo(2);
        assertThat(Ran.rework("log-task", DB.url(), task, "--tail", "-1").code())
                .isEqualTo(2);
    }

    private String words(String... options) {
        String[] line = new String[options.length + 3];
        line[0] = "log-task";
        line[1] = DB.url();
        line[2] = task;
        System.arraycopy(options, 0, line, 3, options.length);
        Ran ran = Ran.rework(line);
        assertThat(ran.code()).isZero();
        return ran.out()
                .lines()
                .map(each -> each.replaceAll(".*: ", ""))
                .reduce((a, b) -> a + "," + b)
                .orElse("");
    }

    @Test
    @DisplayName("W32 following a log misses no line nor the stack trace, and ends with the outcome")
    void followingMissesNoLineAndEndsWithTheOutcome() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream seen = new PrintStream(out, true, StandardCharsets.UTF_8);
        Shell shell = new Shell(new ByteArrayInputStream(new byte[0]), seen, seen, Map.of(), false, false);
        CompletableFuture<Integer> following =
                CompletableFuture.supplyAsync(() -> Cli.run(shell, "log-task", DB.url(), task, "-f"));
        for (int batch = 0; batch < 5; batch++) {
            DB.update(
                    "insert into rework.log (task, attempt, time, stream, level, line)"
                            + " select ?, 1, clock_timestamp(), 'stdout', 'INFO', 'line ' || i"
                            + " from generate_series(?::int, ?::int) i",
                    id(),
                    batch * 700 + 1,
                    batch * 700 + 700);
            String last = "line " + (batch * 700 + 700) + "\n";
            Eventually.isTrue(
                    last.strip() + " is shown",
                    () -> out.toString(StandardCharsets.UTF_8).contains(last));
        }
        DB.update(
                "insert into rework.log (task, attempt, time, stream, level, line)"
                        + " select ?, 1, clock_timestamp(), 'stdout', 'INFO', 'last ' || i from generate_series(1, 2500) i",
                id());
        DB.update(
                "update rework.task set state = 'failed', cause = 'error', error = 'java.lang.Error: the end',"
                        + " reason = 'x', finished = clock_timestamp() where id = ?",
                id());
        assertThat(following.join()).isEqualTo(1);
        var lines = out.toString(StandardCharsets.UTF_8)
                .lines()
                .map(each -> each.replaceFirst(LINE, ""))
                .toList();
        assertThat(lines).hasSize(5 * 700 + 2500 + 1);
        assertThat(lines.get(3499)).isEqualTo("line 3500");
        assertThat(lines.get(5999)).isEqualTo("last 2500");
        assertThat(lines.get(6000)).isEqualTo("java.lang.Error: the end");
    }

    @Test
    void followingAFinishedTaskEndsAtOnce() {
        Rows.line(DB, id(), "stdout", "INFO", "I am done");
        Rows.done(DB, id(), null);
        Ran ran = Ran.rework("log-task", DB.url(), task, "--watch");
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).matches(LINE + "I am done\n");
    }

    @Test
    void followingTellsWhyATaskWithoutAStackTraceEnded() {
        DB.update(
                "update rework.task set state = 'aborted', cause = 'abort', reason = 'enough',"
                        + " finished = clock_timestamp() where id = ?",
                id());
        Ran ran = Ran.rework("log-task", DB.url(), task, "-f", "-o", "jsonl");
        assertThat(ran.code()).isEqualTo(1);
        assertThat(ran.err()).contains("aborted: enough");
        assertThat(ran.out()).isEmpty();
    }

    @Test
    void followingOutlastsLostConnections() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        PrintStream seen = new PrintStream(out, true, StandardCharsets.UTF_8);
        Shell shell = new Shell(new ByteArrayInputStream(new byte[0]), seen, seen, Map.of(), false, false);
        CompletableFuture<Integer> following =
                CompletableFuture.supplyAsync(() -> Cli.run(shell, "log-task", DB.url(), task, "-f"));
        Rows.line(DB, id(), "stdout", "INFO", "before");
        Eventually.isTrue(
                "the first line", () -> out.toString(StandardCharsets.UTF_8).contains("before"));
        DB.execute("select pg_terminate_backend(pid) from pg_stat_activity"
                + " where datname = current_database() and pid <> pg_backend_pid()");
        Rows.line(DB, id(), "stdout", "INFO", "after");
        Rows.done(DB, id(), null);
        assertThat(following.join()).isZero();
        assertThat(out.toString(StandardCharsets.UTF_8)).contains("after");
    }
}
