package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Cause;
import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.db.WorkerRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Workers that die, against real processes. One monitor serves all tests: the next task must always find a worker. */
class MonitorDeathsTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    static Path dir;

    private static Stage stage;

    @BeforeAll
    static void begin() {
        stage = Stage.of(db, dir);
    }

    @AfterAll
    static void end() throws Exception {
        stage.close();
    }

    private static void isFailed(Task<?> task, Cause cause, String reason) {
        stage.ended(task);
        assertThat(task.state()).isEqualTo(TaskState.FAILED);
        assertThat(task.cause()).isEqualTo(cause);
        assertThat(task.reason()).contains(reason);
        Task<?> next = stage.ended(stage.schedule("noop"));
        assertThat(next.state()).isEqualTo(TaskState.DONE);
    }

    @Test
    @Tag("fault-3")
    void anExitIsNeverSuccessAndLastWordsAreKept() {
        for (Map.Entry<String, Integer> way : Map.of("exit", 0, "halt", 71).entrySet()) {
            Task<?> task = stage.schedule(way.getKey(), way.getValue());
            isFailed(task, Cause.CRASH, "exit code " + way.getValue());
            assertThat(stage.lines(task)).containsExactly("stdout last words");
        }
    }

    @Test
    @Tag("fault-2")
    void outOfMemoryIsTold() {
        Task<?> task = stage.schedule("eatHeap");
        isFailed(task, Cause.MEMORY, "OutOfMemoryError");
        assertThat(stage.lines(task)).contains("stdout last words");
    }

    @Test
    @Tag("fault-1")
    @Tag("fault-9")
    void aKilledWorkersTaskFailsWithTheSignalAndAllItPrinted() {
        Task<?> task = stage.schedule("signal", "KILL");
        isFailed(task, Cause.CRASH, "killed by SIGKILL");
        assertThat(stage.lines(task)).hasSize(100).endsWith("stdout line 100");
        WorkerRow dead = stage.dead(db.number("select worker from rework.task where id = ?", task.id()));
        assertThat(dead.deathinfo()).isEqualTo("Unaccounted death (hard crash): killed by SIGKILL (exit code 137)");
    }

    @Test
    @Tag("fault-4")
    @Tag("fault-9")
    void aCrashedJvmsTaskFailsWithTheSignalAndAllItPrinted() {
        Task<?> task = stage.schedule("signal", "SEGV");
        isFailed(task, Cause.CRASH, "SIGSEGV");
        assertThat(stage.lines(task)).contains("stdout line 1", "stdout line 100");
        assertThat(stage.lines(task))
                .as("the JVM's report")
                .contains("stdout # A fatal error has been detected by the Java Runtime Environment:")
                .contains("stdout # Problematic frame:");
    }

    @Test
    @Tag("fault-39")
    void aClassThatCannotBeInitialisedFailsItsTasksAlone() {
        for (int i = 0; i < 2; i++) {
            isFailed(
                    stage.schedule("needsConfiguration"),
                    Cause.ERROR,
                    i == 0 ? "ExceptionInInitializerError" : "initialize");
        }
        assertThat(db.number("select count(distinct worker) from rework.task t"
                        + " join rework.operation o on o.id = t.operation where o.name = 'needsConfiguration'"))
                .isEqualTo(1);
    }

    @Test
    @DisplayName("W08 what may run again does after a crash, and its first attempt is kept")
    void whatMayRunAgainRunsAgainAndItsFirstAttemptIsKept() throws Exception {
        Path file = dir.resolve("again");
        Task<?> task = stage.schedule("again", file.toString());
        Eventually.isTrue("it runs", () -> Files.exists(Path.of(file + ".runs1")));
        ProcessHandle.of(Long.parseLong(Files.readString(Path.of(file + ".runs1"))))
                .orElseThrow()
                .destroyForcibly();
        stage.ended(task);
        assertThat(task.output(String.class)).isEqualTo("attempt 2");
        assertThat(db.one(String.class, "select cause from rework.attempt where task = ?", task.id()))
                .isEqualTo("crash");
    }

    /** Postgres itself looks into /proc at the moment the verdict is written. */
    @Test
    void nothingLivesWhenTheVerdictIsWritten() throws Exception {
        Path file = dir.resolve("verdict");
        Task<?> task = stage.schedule("fork", file.toString());
        String tag = Stage.runs(file);
        watchVerdicts(ProcessTree.tagged(tag));
        try {
            ProcessHandle.of(stage.worker(db.number("select worker from rework.task where id = ?", task.id()))
                            .pid())
                    .orElseThrow()
                    .destroyForcibly();
            stage.ended(task);
        } finally {
            db.execute("drop trigger look on rework.task");
        }
        assertThat(db.one(String.class, "select string_agg(task || ' ' || living, ',') from seen"))
                .isEqualTo(task.id() + " 0");
    }

    private static void watchVerdicts(List<ProcessHandle> family) {
        db.execute("create table suspect as select unnest('{"
                + family.stream().map(each -> "" + each.pid()).collect(java.util.stream.Collectors.joining(","))
                + "}'::bigint[]) pid");
        db.execute("""
                create table seen (task bigint, living bigint);
                create function lives(pid bigint) returns boolean language plpgsql as $$
                begin
                  return coalesce(substring(pg_read_file('/proc/' || pid || '/stat', 0, 4096, true) from '[)] (.)'), 'X')
                         not in ('Z', 'X');
                exception when others then
                  return false; -- it went while it was read
                end $$;
                create function look() returns trigger language plpgsql security definer as $$
                begin
                  insert into public.seen
                  select new.id, count(*) filter (where public.lives(s.pid)) from public.suspect s;
                  return new;
                end $$;
                create trigger look before update on rework.task for each row
                  when (new.state in ('queued', 'scheduled', 'failed', 'aborted') and new.state <> old.state)
                  execute function public.look();
                """);
    }

    @Test
    @Tag("fault-7")
    void noProcessOfADeadWorkerSurvives() throws Exception {
        Path file = dir.resolve("forks");
        Task<?> task = stage.schedule("fork", file.toString());
        String tag = Stage.runs(file);
        List<ProcessHandle> all = ProcessTree.tagged(tag);
        assertThat(all).hasSizeGreaterThanOrEqualTo(6);
        ProcessHandle.of(stage.worker(db.number("select worker from rework.task where id = ?", task.id()))
                        .pid())
                .orElseThrow()
                .destroyForcibly();
        isFailed(task, Cause.CRASH, "killed by SIGKILL");
        Eventually.isTrue("none is left", () -> ProcessTree.tagged(tag).isEmpty());
        assertThat(stage.lines(task)).contains("stdout forked");
    }
}
