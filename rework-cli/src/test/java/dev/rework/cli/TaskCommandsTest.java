package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TaskCommandsTest {
    @RegisterExtension
    static final TestDatabase DB = new TestDatabase();

    private long operation;

    @BeforeEach
    void anOperation() {
        operation = Rows.operation(DB, "default", "hello", null);
    }

    @AfterEach
    void empty() {
        DB.execute("truncate rework.task, rework.attempt, rework.registration, rework.operation, rework.worker,"
                + " rework.monitor, rework.log, rework.plan cascade");
    }

    private static Ran rework(String command, String... more) {
        return Ran.rework(line(command, more));
    }

    private static String[] line(String command, String... more) {
        List<String> line = new ArrayList<>(List.of(command, DB.url()));
        line.addAll(List.of(more));
        return line.toArray(String[]::new);
    }

    private static long scheduled(Ran ran) {
        assertThat(ran.err()).isEmpty();
        assertThat(ran.code()).isZero();
        return Long.parseLong(ran.out().strip());
    }

    @Test
    void schedulePrintsTheIdAlone() {
        long id = scheduled(rework("schedule", "hello"));
        assertThat(DB.one(String.class, "select state from rework.task where id = ?", id))
                .isEqualTo("queued");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"hello\"", "100", "{\"a\": [1, 2.50]}", "null", "[]", "\"a=b\""})
    void inputIsJson(String json) {
        long id = scheduled(rework("schedule", "hello", "--input", json));
        assertThat(DB.one(Boolean.class, "select input::jsonb = ?::jsonb from rework.task where id = ?", json, id))
                .isTrue();
    }

    @Test
    void fieldsAreStringsWhenNoSchemaSaysOtherwise() {
        long id = scheduled(rework("schedule", "hello", "--input", "k=5", "--input", "text=a=b c"));
        assertThat(DB.one(
                        Boolean.class,
                        "select input::jsonb = '{\"k\": \"5\", \"text\": \"a=b c\"}' from rework.task where id = ?",
                        id))
                .isTrue();
    }

    @Test
    void inputComesFromFilesAndStandardInput(@TempDir Path folder) throws IOException {
        Path json = Files.writeString(folder.resolve("in.json"), "{\"n\": 1}");
        Path raw = Files.write(folder.resolve("in.bin"), new byte[] {0, 1, (byte) 0xff});
        long fromFile = scheduled(rework("schedule", "hello", "--input-file", json.toString()));
        long fromStdin = scheduled(Ran.withInput("[3]", line("schedule", "hello", "--input-file", "-")));
        long bytes = scheduled(rework("schedule", "hello", "--raw-file", raw.toString()));
        assertThat(DB.one(String.class, "select input::text from rework.task where id = ?", fromFile))
                .contains("1");
        assertThat(DB.one(String.class, "select input::text from rework.task where id = ?", fromStdin))
                .contains("3");
        assertThat(DB.one(byte[].class, "select raw_input from rework.task where id = ?", bytes))
                .containsExactly(0, 1, 0xff);
    }

    @Test
    void detailsAreKept() {
        long id = scheduled(rework(
                "schedule",
                "hello",
                "--priority",
                "7",
                "--in",
                "PT1H",
                "--metadata",
                "user=Joe",
                "--host",
                Ran.HOST,
                "--domain",
                "default"));
        Map<String, Object> task =
                rework("show-task", String.valueOf(id), "-o", "json").object();
        assertThat(task)
                .containsEntry("state", "scheduled")
                .containsEntry("priority", 7)
                .containsEntry("host", Ran.HOST)
                .containsEntry("metadata", Map.of("user", "Joe"));
        assertThat(scheduled(rework("schedule", "hello", "--at", "2099-01-01T00:00:00+01:00")))
                .isPositive();
        assertThat(scheduled(rework("schedule", "hello", "--at", "2099-01-01 12:00")))
                .isPositive();
    }

    @Test
    void anUnknownOperationIsExitCode5AndNamesTheNearest() {
        Ran ran = rework("schedule", "helo");
        assertThat(ran.code()).isEqualTo(5);
        assertThat(ran.err()).contains("helo").contains("hello");
        assertThat(rework("schedule", "hello", "--domain", "nowhere").code()).isEqualTo(5);
        assertThat(rework("schedule", "hello", "--host", "nowhere").code()).isEqualTo(5);
        assertThat(DB.number("select count(*) from rework.task")).isZero();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--input={",
                "--input=hello",
                "--metadata=x",
                "--in=soon",
                "--in=-PT5S",
                "--at=tomorrow",
                "--priority=high",
                "--timeout=PT5S",
                "--input=",
                "--input=NaN",
                "--input=1 2"
            })
    void aMalformedDetailIsAUsageErrorAndMakesNoTask(String option) {
        Ran ran = rework("schedule", "hello", option);
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).startsWith("rework: ").doesNotContain("\tat ");
        assertThat(DB.number("select count(*) from rework.task")).isZero();
    }

    @Test
    void contradictionsAreRefused() {
        assertThat(rework("schedule", "hello", "--in", "PT1S", "--at", "2099-01-01")
                        .code())
                .isEqualTo(2);
        assertThat(rework("schedule", "hello", "--input", "1", "--input-file", "x")
                        .code())
                .isEqualTo(2);
        assertThat(rework("schedule", "hello", "--input", "1", "--input", "2").code())
                .isEqualTo(2);
        assertThat(rework("schedule", "hello", "--input", "a=1", "--input", "a=2")
                        .code())
                .isEqualTo(2);
        assertThat(rework("schedule", "hello", "--input-file", "/no/such/file").code())
                .isEqualTo(5);
    }

    @Test
    void waitingEndsWithTheOutcome() {
        CompletableFuture<Ran> waiting =
                CompletableFuture.supplyAsync(() -> rework("schedule", "hello", "--wait", "--timeout", "PT2M"));
        long task = dev.rework.embedded.Eventually.value(
                () -> DB.one(Long.class, "select max(id) from rework.task"), found -> found != null);
        Rows.line(DB, task, "stdout", "INFO", "I am running");
        Rows.done(DB, task, "\"hellohello\"");
        Ran ran = waiting.join();
        assertThat(ran.out()).isEqualTo("\"hellohello\"\n");
        assertThat(ran.err()).startsWith(task + "\n").contains(": I am running\n");
        assertThat(ran.code()).isZero();
    }

    @Test
    void waitingTooLongIsExitCode6() {
        Ran ran = rework("schedule", "hello", "--wait", "--timeout", "PT0.3S");
        assertThat(ran.code()).isEqualTo(6);
        assertThat(DB.one(String.class, "select state from rework.task")).isEqualTo("queued");
    }

    @Test
    void showTaskTellsEverything() {
        long id = Rows.failed(DB, operation, "java.lang.Error: boom\n\tat x.Ops.hello(Ops.java:3)");
        DB.update(
                "update rework.task set input = '{\"n\": 1}', moments = '{\"until\": \"2026-11-28T16:08:27Z\"}',"
                        + " output = '[2]', attempt = 2, cpu_ms = 1500, peak_mb = 80 where id = ?",
                id);
        DB.update(
                "insert into rework.attempt (task, attempt, worker, cause, reason, started, finished, cpu_ms, peak_mb)"
                        + " values (?, 1, 7, 'timeout', 'slow', '2026-11-28 16:00Z', '2026-11-28 16:01Z', 700, 90)",
                id);
        Ran people = rework("show-task", String.valueOf(id));
        assertThat(people.code()).isZero();
        assertThat(people.out())
                .contains("hello failed")
                .contains("attempt: 2 of 1")
                .contains("input: {\"n\": 1}")
                .contains("moments: {\"until\": \"2026-11-28T16:08:27Z\"}")
                .contains("output: [2]")
                .contains("cpu: PT1.5S")
                .contains("peak memory: 80 Mb")
                .contains("ran PT1M, cpu PT0.7S, peak 90 Mb")
                .contains("\tat x.Ops.hello(Ops.java:3)")
                .contains("earlier attempt 1: timeout, slow, worker 7");
        Map<String, Object> json =
                rework("show-task", String.valueOf(id), "-o", "json").object();
        assertThat(json).containsEntry("input", Map.of("n", 1)).containsEntry("output", List.of(2));
        assertThat(json).containsEntry("moments", Map.of("until", "2026-11-28T16:08:27Z"));
        assertThat(json).containsEntry("cpuMs", 1500).containsEntry("peakMb", 80);
        assertThat((List<?>) json.get("attempts")).hasSize(1);
        assertThat(String.valueOf(json.get("attempts")))
                .contains("cpuMs=700", "peakMb=90", "started=2026-11-28T16:00:00Z", "finished=2026-11-28T16:01:00Z");
    }

    @Test
    void showWorkerTellsWhatItUsedOverTime() {
        long id = DB.number(
                "insert into rework.worker (host, domain, pid, tag, state, lease, memory_mb, cpu_percent,"
                        + " debug_port) values ('h', 'default', 77, gen_random_uuid(), 'busy', now(), 150, 99, 7000) returning id");
        DB.update(
                "insert into rework.sample (worker, at, memory_mb, cpu_percent)"
                        + " values (?, '2026-11-28 16:00:05Z', 150, 99), (?, '2026-11-28 16:00Z', 90, 12)",
                id,
                id);
        Ran people = rework("show-worker", String.valueOf(id));
        assertThat(people.code()).isZero();
        assertThat(people.out()).contains("77@h 150 Mb").containsPattern("90 Mb +12 %\\R.* 150 Mb +99 %");
        Map<String, Object> json =
                rework("show-worker", String.valueOf(id), "-o", "json").object();
        assertThat(json)
                .containsEntry("memoryMb", 150)
                .containsEntry("debugPort", 7000)
                .containsEntry(
                        "history",
                        List.of(
                                Map.of("time", "2026-11-28T16:00:00Z", "memoryMb", 90, "cpuPercent", 12),
                                Map.of("time", "2026-11-28T16:00:05Z", "memoryMb", 150, "cpuPercent", 99)));
        Ran unknown = rework("show-worker", "4711");
        assertThat(unknown.code()).isEqualTo(5);
        assertThat(unknown.err()).contains("unknown worker 4711");
    }

    @ParameterizedTest
    @ValueSource(strings = {"show-task", "log-task", "abort-task", "retry-task", "dump-task"})
    void anUnknownTaskIsExitCode5(String command) {
        Ran ran = rework(command, "4711");
        assertThat(ran.code()).isEqualTo(5);
        assertThat(ran.err()).contains("unknown task 4711");
        assertThat(ran.out()).isEmpty();
    }

    @Test
    void aQueuedTaskIsCancelledOnceAndOnlyOnce() {
        long id = Rows.queued(DB, operation);
        Ran first = rework("abort-task", String.valueOf(id), "--reason", "not needed");
        assertThat(first.code()).isZero();
        assertThat(DB.one(
                        String.class,
                        "select state || ' ' || cause || ' ' || reason from rework.task where id = ?",
                        id))
                .isEqualTo("aborted cancelled not needed");
        Ran again = rework("abort-task", String.valueOf(id));
        assertThat(again.code()).isEqualTo(1);
        assertThat(again.err()).contains("already finished").contains("aborted");
    }

    @Test
    void aRunningTaskIsHandedToItsMonitor() {
        long id = Rows.running(DB, operation, Rows.worker(DB, "busy"));
        assertThat(rework("abort-task", String.valueOf(id)).code()).isZero();
        assertThat(DB.one(String.class, "select state || ' ' || reason from rework.task where id = ?", id))
                .isEqualTo("aborting from the command line");
        assertThat(rework("abort-task", String.valueOf(id)).out()).contains("already");
    }

    @Test
    void retryMakesANewTaskOfAFinishedOneOnly() {
        long id = Rows.failed(DB, operation, "boom");
        DB.update("update rework.task set input = '[1]', metadata = '{\"user\": \"Joe\"}' where id = ?", id);
        long again = scheduled(rework("retry-task", String.valueOf(id)));
        assertThat(again).isGreaterThan(id);
        assertThat(DB.one(String.class, "select state || input || metadata from rework.task where id = ?", again))
                .isEqualTo("queued[1]{\"user\": \"Joe\"}");
        Ran refused = rework("retry-task", String.valueOf(again));
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains("still queued");
    }

    @Test
    void workersAreAskedToEnd() {
        long worker = Rows.worker(DB, "idle");
        assertThat(rework("shutdown-worker", String.valueOf(worker)).code()).isZero();
        assertThat(rework("kill-worker", String.valueOf(worker)).code()).isZero();
        assertThat(DB.one(
                        Boolean.class,
                        "select stop_requested is not null and kill_requested is not null from rework.worker where id = ?",
                        worker))
                .isTrue();
        Ran dead = rework("kill-worker", String.valueOf(Rows.worker(DB, "dead")));
        assertThat(dead.code()).isEqualTo(1);
        assertThat(dead.err()).contains("is dead: killed: enough");
        assertThat(rework("kill-worker", "4711").code()).isEqualTo(5);
        assertThat(rework("shutdown-worker", "4711").code()).isEqualTo(5);
    }

    @Test
    void waitingForAWorkerEndsWithItsDeath() {
        long worker = Rows.worker(DB, "idle");
        CompletableFuture<Ran> waiting =
                CompletableFuture.supplyAsync(() -> rework("kill-worker", String.valueOf(worker), "--wait"));
        dev.rework.embedded.Eventually.isTrue(
                "kill asked for",
                () -> DB.one(
                        Boolean.class, "select kill_requested is not null from rework.worker where id = ?", worker));
        DB.update(
                "update rework.worker set state = 'dead', finished = clock_timestamp(), deathinfo = 'killed' where id = ?",
                worker);
        Ran ran = waiting.orTimeout(Duration.ofMinutes(1).toSeconds(), java.util.concurrent.TimeUnit.SECONDS)
                .join();
        assertThat(ran.out()).isEqualTo("worker " + worker + " is dead: killed\n");
    }

    @Test
    void vacuumAsksWhatToDelete() {
        assertThat(rework("vacuum").err()).contains("to cleanup old workers or tasks please use --workers or --tasks");
        assertThat(rework("vacuum", "--tasks", "--workers").err())
                .contains("vacuum deletes workers or tasks, not both at the same time");
        assertThat(rework("vacuum", "--tasks", "--days", "-1").code()).isEqualTo(2);
    }

    @Test
    @DisplayName("C03 unregistering asks, names what it retires, and says when there is nothing")
    @Tag("fault-38")
    void unregisteringAsksAndNeverTouchesTasks() {
        long task = Rows.queued(DB, operation);
        Ran refused = rework("unregister-operation", "hello", "--yes");
        assertThat(refused.code()).isEqualTo(1);
        assertThat(refused.err()).contains(String.valueOf(task));
        Rows.done(DB, task, null);
        Ran no = Ran.withInput("n\n", line("unregister-operation", "hello"));
        assertThat(no.out()).isEqualTo("""
                preparing de-registration of:
                delete hello default /jars/ops.jar here
                really remove those [y/n]? [y/N]: Ok, nothing has been done.
                """);
        Ran yes = Ran.withInput("y\n", line("unregister-operation", "hello"));
        assertThat(yes.code()).isZero();
        assertThat(DB.number("select count(*) from rework.task")).isOne();
        Ran nothing = rework("unregister-operation", "hello", "--yes");
        assertThat(nothing.code()).isEqualTo(5);
        assertThat(nothing.err()).contains("Nothing to unregister");
    }
}
