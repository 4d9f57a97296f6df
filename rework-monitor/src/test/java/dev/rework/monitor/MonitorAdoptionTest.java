package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.Registrar;
import dev.rework.internal.ReworkHome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Monitors that die, or leave, and what becomes of their workers. */
class MonitorAdoptionTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    Path dir;

    private Process first(OnExit onExit) throws Exception {
        return first(onExit, Map.of());
    }

    private Process first(OnExit onExit, Map<String, String> environment) throws Exception {
        Registrar.register(
                db.dataSource(TestDatabase.Part.OPERATOR),
                Deeds.classes(),
                new Registrar.Options(
                        Stage.HOST,
                        "deeds",
                        null,
                        List.of(),
                        new ReworkHome(dir.resolve("home").toAbsolutePath())));
        return MonitorProgram.start(db.url(TestDatabase.Part.MONITOR), dir, onExit, Stage.HOST, environment);
    }

    @Test
    @Tag("S5")
    void noAddressIsInTheEnvironmentOfATask() throws Exception {
        List<String> secrets = List.of("REWORK_DB", "DATABASE_URL", "PGPASSWORD", "REWORK_LISTEN_DB", "REWORK_TEST_DB");
        Map<String, String> environment = new HashMap<>(Map.of("CANARY_CAGE", "kept"));
        secrets.forEach(name -> environment.put(name, "postgres://canary:canary@127.0.0.1:1/canary"));
        Process monitor = first(OnExit.KILL, environment);
        try (dev.rework.Rework rework = dev.rework.Rework.over(db.dataSource(TestDatabase.Part.OPERATOR))) {
            for (String name : secrets) {
                assertThat(variable(rework, name)).as(name).isNull();
            }
            assertThat(variable(rework, "CANARY_CAGE")).isEqualTo("kept");
        } finally {
            monitor.toHandle().destroy();
            monitor.waitFor();
        }
    }

    private static @Nullable Object variable(dev.rework.Rework rework, String name) {
        return schedule(rework, "environment", Path.of(name))
                .join(Eventually.PATIENCE)
                .output();
    }

    private static Task<?> schedule(dev.rework.Rework rework, String operation, Path file) {
        return rework.task(operation).domain("deeds").input(file.toString()).schedule();
    }

    @Test
    @Tag("fault-15")
    void whatADeadMonitorsWorkerRunsIsFinishedAndCounts() throws Exception {
        Process monitor = first(OnExit.KILL);
        try (dev.rework.Rework rework = dev.rework.Rework.over(db.dataSource(TestDatabase.Part.OPERATOR))) {
            Path file = dir.resolve("go");
            Task<?> task = schedule(rework, "untilThere", file);
            long pid = Long.parseLong(Stage.runs(file));
            monitor.toHandle().destroyForcibly();
            monitor.waitFor();
            try (Stage next = Stage.of(db, dir)) {
                Eventually.isTrue(
                        "it is adopted",
                        () -> next.said().stream().anyMatch(line -> line.contains("goes on from an earlier monitor")));
                assertThat(next.ended(next.schedule("noop")).state()).isEqualTo(TaskState.DONE);
                Files.writeString(file, "");
                next.ended(task);
                assertThat(task.state()).isEqualTo(TaskState.DONE);
                Eventually.isTrue("it ends", () -> ProcessHandle.of(pid).isEmpty());
                assertThat(next.dead(db.number("select worker from rework.task where id = ?", task.id()))
                                .deathinfo())
                        .isNotEmpty();
            }
        }
    }

    @Test
    void whatAnOrphanAndItsChildrenPrintIsKept() throws Exception {
        Process monitor = first(OnExit.KILL);
        try (dev.rework.Rework rework = dev.rework.Rework.over(db.dataSource(TestDatabase.Part.OPERATOR))) {
            Path file = dir.resolve("go");
            Task<?> task = schedule(rework, "printsAfter", file);
            Stage.runs(file);
            Eventually.isTrue("the first line is stored", () -> !task.logs().isEmpty());
            monitor.toHandle().destroyForcibly();
            monitor.waitFor();
            Files.writeString(file, "");
            task.join(Eventually.PATIENCE);
            assertThat(task.output(Integer.class)).isZero();
            try (Stage next = Stage.of(db, dir)) {
                Eventually.isTrue("its lines are stored", () -> next.lines(task).size() == 2002);
                assertThat(next.lines(task))
                        .startsWith("stdout before", "stdout own 1")
                        .endsWith("stdout child 1000");
                Path folder = dir.resolve("home").resolve("run");
                Eventually.isTrue("the spool is gone", () -> {
                    try (var files = Files.list(folder)) {
                        return files.noneMatch(each -> each.toString().endsWith(".spool"));
                    }
                });
            }
        }
    }

    /** What it had taken from the pipe and not stored dies with it: some of what was printed at that moment, and no other. */
    @Test
    @Tag("slow")
    void ofWhatIsPrintedAroundItsMonitorsDeathOneStretchIsLostAtMost() throws Exception {
        Process monitor = first(OnExit.KILL);
        try (dev.rework.Rework rework = dev.rework.Rework.over(db.dataSource(TestDatabase.Part.OPERATOR))) {
            Path file = dir.resolve("counted");
            Task<?> task = schedule(rework, "countsAloud", file);
            Eventually.isTrue("lines are stored", () -> task.logs().size() > 200);
            monitor.toHandle().destroyForcibly();
            monitor.waitFor();
            int stored = task.logs().size();
            Eventually.isTrue(
                    "it is an orphan's",
                    () -> spool().anyMatch(each -> each.toString().endsWith(".spool")));
            Files.writeString(file, "");
            int last = task.join(Eventually.PATIENCE).output(Integer.class);
            try (Stage next = Stage.of(db, dir)) {
                Eventually.isTrue("its end is stored", () -> next.lines(task).contains("stdout " + last));
                List<Integer> counted = next.lines(task).stream()
                        .map(line -> Integer.parseInt(line.substring("stdout ".length())))
                        .toList();
                assertThat(counted).isSorted().doesNotHaveDuplicates().startsWith(1);
                assertThat(counted.subList(0, stored).get(stored - 1)).isEqualTo(stored);
                int lost = last - counted.size();
                assertThat(counted.get(stored))
                        .as("what follows the %d lost ones", lost)
                        .isEqualTo(stored + lost + 1);
            }
        }
    }

    private Stream<Path> spool() throws IOException {
        try (Stream<Path> files = Files.list(dir.resolve("home").resolve("run"))) {
            return files.toList().stream();
        }
    }

    @Test
    @DisplayName("W10 a killed monitor's busy worker is adopted by the next, which can abort its task")
    @Tag("fault-15")
    void anAdoptedWorkersTaskCanBeAborted() throws Exception {
        Process monitor = first(OnExit.KILL);
        try (dev.rework.Rework rework = dev.rework.Rework.over(db.dataSource(TestDatabase.Part.OPERATOR))) {
            Path file = dir.resolve("deaf");
            Task<?> task = schedule(rework, "deaf", file);
            long pid = Long.parseLong(Stage.runs(file));
            monitor.toHandle().destroyForcibly();
            monitor.waitFor();
            try (Stage next = Stage.of(db, dir)) {
                Eventually.isTrue(
                        "it is adopted",
                        () -> next.said().stream().anyMatch(line -> line.contains("goes on from an earlier monitor")));
                task.abort("enough");
                next.ended(task);
                assertThat(task.state()).isEqualTo(TaskState.ABORTED);
                assertThat(task.reason()).isEqualTo("enough");
                assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
            }
        }
    }

    @Test
    @Tag("fault-15")
    void whoDiedWithItsMonitorIsFoundDead() throws Exception {
        Process monitor = first(OnExit.KILL);
        try (dev.rework.Rework rework = dev.rework.Rework.over(db.dataSource(TestDatabase.Part.OPERATOR))) {
            Path file = dir.resolve("deaf");
            Task<?> task = schedule(rework, "deaf", file);
            long pid = Long.parseLong(Stage.runs(file));
            monitor.toHandle().destroyForcibly();
            ProcessHandle.of(pid).orElseThrow().destroyForcibly();
            monitor.waitFor();
            try (Stage next = Stage.of(db, dir)) {
                next.ended(task);
                assertThat(task.state()).isEqualTo(TaskState.FAILED);
                assertThat(next.ended(next.schedule("noop")).state()).isEqualTo(TaskState.DONE);
            }
        }
    }

    @Test
    void aMonitorMayLeaveItsBusyWorkers() throws Exception {
        Process monitor = first(OnExit.LEAVE);
        try (dev.rework.Rework rework = dev.rework.Rework.over(db.dataSource(TestDatabase.Part.OPERATOR))) {
            Path file = dir.resolve("go");
            Task<?> task = schedule(rework, "untilThere", file);
            Stage.runs(file);
            monitor.toHandle().destroy();
            monitor.waitFor();
            assertThat(task.state()).isEqualTo(TaskState.RUNNING);
            Files.writeString(file, "");
            task.join(Eventually.PATIENCE);
            assertThat(task.state()).isEqualTo(TaskState.DONE);
        }
    }

    @Test
    @Tag("fault-16")
    void aTerminatedMonitorAbortsWhatRunsAndLeavesNobody() throws Exception {
        Process monitor = first(OnExit.KILL);
        try (dev.rework.Rework rework = dev.rework.Rework.over(db.dataSource(TestDatabase.Part.OPERATOR))) {
            Path file = dir.resolve("deaf");
            Task<?> task = schedule(rework, "deaf", file);
            long pid = Long.parseLong(Stage.runs(file));
            monitor.toHandle().destroy();
            monitor.waitFor();
            assertThat(task.state()).isEqualTo(TaskState.ABORTED);
            assertThat(ProcessHandle.of(pid).filter(ProcessHandle::isAlive)).isEmpty();
            assertThat(db.number("select count(*) from rework.monitor where ended is null"))
                    .isZero();
        }
    }
}
