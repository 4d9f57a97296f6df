package dev.rework.ancestor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rework.AmbiguousOperation;
import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.UnknownOperation;
import dev.rework.internal.Registrar;
import dev.rework.internal.ReworkHome;
import dev.rework.internal.db.WorkerRow;
import dev.rework.monitor.MonitorOptions;
import dev.rework.testing.Eventually;
import dev.rework.testing.InThread;
import dev.rework.testing.ReworkLab;
import dev.rework.testing.ReworkTest;
import dev.rework.testing.TestClock;
import dev.rework.testing.TestMonitor;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pools of workers as the Python rework's tests step them, a monitor for each test. */
@ReworkTest(operations = AncestorOperations.class)
class AncestorPoolTest {

    private static final List<String> SMALL = List.of("-Xmx48m", "-XX:TieredStopAtLevel=1");
    private static final String[] ALIVE = {"starting", "idle", "busy", "stopping"};

    @AfterEach
    void nothingIsLeft(ReworkLab lab) {
        lab.monitor().close();
        lab.database().execute("delete from rework.task");
        lab.database().execute("delete from rework.worker");
    }

    private static TestMonitor pool(TestMonitor monitor, int min, int max) {
        return monitor.options(
                options -> options.workers(min, max).linger(Duration.ZERO).jvmOptions(SMALL));
    }

    private static void stepUntilCount(TestMonitor monitor, ReworkLab lab, int count, String... states) {
        monitor.stepUntil(
                count + " workers are " + String.join(" or ", states),
                () -> WorkerRows.in(lab, states).size() == count);
    }

    private static void kill(WorkerRow worker) {
        Integer pid = worker.pid();
        assertThat(pid).isNotNull();
        ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
    }

    @Test
    @DisplayName("A13 one name in several domains and hosts: ambiguous, narrowed, meant for a host, or unknown")
    void a13(Rework rework, ReworkLab lab, @TempDir Path folder) throws Exception {
        String other = "192.168.122.42";
        Path classes = Path.of(AncestorOperations.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Registrar.register(
                lab.database().dataSource(),
                classes,
                new Registrar.Options(other, "production", null, List.of(), new ReworkHome(folder)));

        assertThatExceptionOfType(AmbiguousOperation.class)
                .isThrownBy(() -> rework.schedule("foo"))
                .satisfies(e -> assertThat(e.domains()).containsExactly("production", "test"));
        assertThat(rework.task("foo").domain("test").schedule().snapshot().domain())
                .isEqualTo("test");
        assertThat(rework.task("foo").domain("production").schedule().snapshot().host())
                .isEmpty();
        assertThat(rework.task("foo")
                        .domain("production")
                        .host(ReworkLab.HOST)
                        .schedule()
                        .snapshot()
                        .host())
                .isEqualTo(ReworkLab.HOST);
        assertThat(rework.task("foo")
                        .domain("production")
                        .host(other)
                        .schedule()
                        .snapshot()
                        .host())
                .isEqualTo(other);
        assertThatExceptionOfType(UnknownOperation.class)
                .isThrownBy(() -> rework.task("foo").domain("test").host(other).schedule())
                .withMessageContaining("`foo` in domain `test` on host `" + other + "`");
        assertThatExceptionOfType(UnknownOperation.class)
                .isThrownBy(() -> rework.task("foo").domain("nowhere").schedule())
                .withMessageContaining("nowhere");
    }

    @Test
    @DisplayName("M02 scheduling with metadata, running, finding again, and what is unknown")
    void m02(Rework rework, InThread inThread) {
        Task<Integer> task = rework.task("print_sleep_and_go_away")
                .input(21)
                .metadata(Map.of("user", "Joe"))
                .output(Integer.class)
                .schedule();
        assertThat(inThread.run(task).output()).isEqualTo(42);
        Task<Object> again = rework.find(task.id()).orElseThrow();
        assertThat(again.state()).isEqualTo(TaskState.DONE);
        assertThat(again.metadata()).isEqualTo(Map.of("user", "Joe"));
        assertThat(rework.find(task.id() + 1_000_000)).isEmpty();
        assertThatExceptionOfType(UnknownOperation.class)
                .isThrownBy(() ->
                        rework.task("no_such_thing").domain("d1").host("h1").schedule())
                .withMessageContaining("`no_such_thing` in domain `d1` on host `h1`");
    }

    @Test
    @DisplayName("M03 a step starts the workers; killed ones are all reaped, and others follow")
    void m03(TestMonitor monitor, ReworkLab lab) {
        pool(monitor, 2, 2);
        assertThat(monitor.step().workers()).isEqualTo(2);
        stepUntilCount(monitor, lab, 2, "idle");
        List<WorkerRow> first = WorkerRows.in(lab, "idle");
        first.forEach(AncestorPoolTest::kill);
        stepUntilCount(monitor, lab, 2, "dead");
        assertThat(WorkerRows.ids(WorkerRows.in(lab, "dead"))).isEqualTo(WorkerRows.ids(first));
        assertThat(WorkerRows.in(lab, "dead"))
                .allSatisfy(row ->
                        assertThat(row.deathinfo()).startsWith("Unaccounted death (hard crash): killed by SIGKILL"));
        monitor.stepUntil("others follow", () -> WorkerRows.in(lab, ALIVE).size() == 2);
        assertThat(WorkerRows.ids(WorkerRows.in(lab, ALIVE))).doesNotContainAnyElementsOf(WorkerRows.ids(first));
    }

    @Test
    @DisplayName("M05 a worker is shown as living while it does, and as dead after")
    void m05(TestMonitor monitor, ReworkLab lab) {
        pool(monitor, 1, 1);
        stepUntilCount(monitor, lab, 1, "idle");
        WorkerRow living = WorkerRows.in(lab, "idle").get(0);
        assertThat(living.started()).isNotNull();
        assertThat(living.finished()).isNull();
        monitor.close();
        WorkerRow dead = WorkerRows.of(lab, living.id());
        assertThat(dead.state()).isEqualTo("dead");
        assertThat(dead.finished()).isNotNull();
        assertThat(dead.deathinfo()).isEqualTo("monitor exit");
    }

    @Test
    @DisplayName("M06 workers that do not start in time are killed and replaced")
    void m06(TestMonitor monitor, ReworkLab lab) {
        // JVMs that wait for a debugger never report in.
        String waits = "-agentlib:jdwp=transport=dt_socket,server=y,suspend=y,address=127.0.0.1:0";
        monitor.options(
                options -> options.workers(2, 2).startTimeout(Duration.ZERO).jvmOptions(List.of(waits)));
        monitor.stepUntil("both are given up", () -> WorkerRows.in(lab, "dead").size() >= 2);
        List<WorkerRow> dead = WorkerRows.in(lab, "dead");
        assertThat(dead).allSatisfy(row -> {
            assertThat(row.started()).isNull();
            assertThat(row.deathinfo()).isEqualTo("timeout while starting");
        });
        monitor.stepUntil("others follow", () -> WorkerRows.all(lab).size() >= 4);
    }

    @Test
    @DisplayName("M24 a new monitor buries workers that never started, and nothing else")
    void m24(Rework rework, TestMonitor monitor, ReworkLab lab) {
        pool(monitor, 1, 1);
        Task<Object> task = monitor.stepUntilEnd(rework.schedule("basic"));
        monitor.close();
        long ghost = lab.database().number("""
                insert into rework.worker (host, domain, tag, boot_id, pid_space, lease)
                select w.host, w.domain, gen_random_uuid(), w.boot_id, w.pid_space, clock_timestamp() + interval '1 hour'
                  from rework.worker w
                 limit 1
                returning id
                """);
        monitor.stepUntil(
                "the ghost is gone", () -> WorkerRows.of(lab, ghost).state().equals("dead"));
        assertThat(WorkerRows.of(lab, ghost).deathinfo()).isEqualTo("never started");
        assertThat(task.state()).isEqualTo(TaskState.DONE);
        stepUntilCount(monitor, lab, 1, "idle");
    }

    @Test
    @DisplayName("C06 three workers have three debug ports, there is no fourth, and freed ports are given again")
    void c06(Rework rework, TestMonitor monitor, ReworkLab lab) throws IOException {
        int first = freePorts(6);
        Integer[] ports = {first, first + 1, first + 2};
        UnaryOperator<MonitorOptions.Builder> three =
                options -> options.workers(3, 3).debugPort(first).jvmOptions(SMALL);
        monitor.options(three);
        List<Task<Object>> tasks = rework.scheduleAll("infinite_loop", Collections.nCopies(4, null));
        monitor.stepUntil("three are busy", () -> WorkerRows.in(lab, "busy").size() == 3);
        assertThat(debugPorts(lab)).containsExactlyInAnyOrder(ports);
        assertThat(monitor.step().workers()).isEqualTo(3);
        assertThat(tasks).extracting(Task::state).containsOnlyOnce(TaskState.QUEUED);

        WorkerRow killed = WorkerRows.in(lab, "busy").get(0);
        kill(killed);
        monitor.stepUntil("another follows", () -> {
            List<WorkerRow> alive = WorkerRows.in(lab, ALIVE);
            return alive.size() == 3 && !WorkerRows.ids(alive).contains(killed.id());
        });
        assertThat(debugPorts(lab)).containsExactlyInAnyOrder(ports);

        monitor.options(three);
        stepUntilCount(monitor, lab, 3, ALIVE);
        assertThat(debugPorts(lab)).containsExactlyInAnyOrder(ports);
    }

    private static List<Integer> debugPorts(ReworkLab lab) {
        return WorkerRows.in(lab, ALIVE).stream().map(WorkerRow::debugPort).toList();
    }

    /** The first of several ports in a row that nobody listens to. */
    private static int freePorts(int count) throws IOException {
        for (int first = 21_000 + (int) (ProcessHandle.current().pid() % 5_000); first < 60_000; first += count) {
            if (IntStream.range(first, first + count).allMatch(AncestorPoolTest::isFree)) {
                return first;
            }
        }
        throw new IOException("no free ports");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    @DisplayName("C07 a pool from 1 to 4 grows with the queue, is capped, replaces its losses, and goes back to 1")
    void c07(Rework rework, TestMonitor monitor, ReworkLab lab) {
        pool(monitor, 1, 4);
        stepUntilCount(monitor, lab, 1, "idle");
        monitor.step();
        assertThat(monitor.workers()).isEqualTo(1);

        List<Task<Object>> tasks =
                new ArrayList<>(rework.scheduleAll("infinite_loop", Arrays.asList(null, null, null)));
        tasks.forEach(task -> monitor.stepUntil(task, TaskState.RUNNING));
        assertThat(monitor.step().workers()).isEqualTo(3);

        tasks.add(rework.schedule("infinite_loop"));
        monitor.stepUntil(tasks.get(3), TaskState.RUNNING);
        Task<Object> waiting = rework.schedule("basic");
        // One that was told to end when nothing was queued may be on its way out still.
        Eventually.value(
                "four workers", Eventually.PATIENCE, () -> monitor.step().workers(), count -> count == 4);
        monitor.step();
        assertThat(monitor.workers()).isEqualTo(4);
        assertThat(waiting.state()).isEqualTo(TaskState.QUEUED);

        tasks.get(0).abort("make room");
        monitor.stepUntilEnd(waiting);
        assertThat(waiting.state()).isEqualTo(TaskState.DONE);
        tasks.forEach(task -> task.abort("enough"));
        tasks.forEach(monitor::stepUntilEnd);
        List<String> left = Eventually.value(
                "one idle worker is left",
                Eventually.PATIENCE,
                () -> {
                    monitor.step();
                    return WorkerRows.in(lab, ALIVE).stream()
                            .map(row -> row.toString())
                            .toList();
                },
                states -> states.size() == 1 && states.get(0).contains("state=idle"));
        assertThat(monitor.workers()).isEqualTo(1);
    }

    @Test
    @DisplayName("M15 memory is measured, and a worker that has grown too large ends between two tasks")
    void m15(Rework rework, TestMonitor monitor, ReworkLab lab) {
        List<String> roomy = List.of("-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
        monitor.options(options -> options.workers(1, 1).jvmOptions(roomy));
        Long first = ranBy(monitor, rework.schedule("allocate_and_leak_mbytes", 50));
        monitor.stepUntil("it is measured", () -> WorkerRows.of(lab, first).memoryMb() > 50);
        assertThat(WorkerRows.of(lab, first).state()).isEqualTo("idle");

        monitor.options(options -> options.workers(1, 1).maxMemoryMb(100).jvmOptions(roomy));
        Long second = ranBy(monitor, rework.schedule("basic"));
        assertThat(ranBy(monitor, rework.schedule("basic"))).isEqualTo(second);
        assertThat(ranBy(monitor, rework.schedule("allocate_and_leak_mbytes", 100)))
                .isEqualTo(second);
        assertThat(ranBy(monitor, rework.schedule("basic"))).isNotEqualTo(second);
        assertThat(WorkerRows.of(lab, second).deathinfo()).matches("uses \\d+ MiB, more than 100 \\(maxmem\\)");
    }

    /** Which worker has done it. */
    private static Long ranBy(TestMonitor monitor, Task<?> task) {
        assertThat(monitor.stepUntilEnd(task).state()).isEqualTo(TaskState.DONE);
        Long worker = task.snapshot().worker();
        assertThat(worker).isNotNull();
        return worker;
    }

    @Test
    @DisplayName("C08 a pool from 0 to 4 ends idle workers one at a time until only the busy one is left")
    void c08(Rework rework, TestMonitor monitor, ReworkLab lab, @TempDir Path folder) throws IOException {
        pool(monitor, 0, 4).step();
        assertThat(monitor.workers()).isZero();
        Path file = folder.resolve("go");
        Task<Object> busy = rework.schedule("infinite_loop");
        List<Task<Object>> others = rework.scheduleAll("wait_for", Collections.nCopies(5, file.toString()));
        assertThat(monitor.step().workers()).isEqualTo(4);
        monitor.stepUntil(busy, TaskState.RUNNING);
        monitor.stepUntil("all four are busy", () -> WorkerRows.in(lab, "busy").size() == 4);
        assertThat(monitor.step().workers()).isEqualTo(4);

        Files.writeString(file, "");
        List<Integer> retired = new ArrayList<>(List.of(0));
        monitor.stepUntil("three are dead", () -> {
            retired.add(WorkerRows.in(lab, "stopping", "dead").size());
            return WorkerRows.in(lab, "dead").size() == 3;
        });
        for (int step = 1; step < retired.size(); step++) {
            assertThat(retired.get(step) - retired.get(step - 1))
                    .as("%s", retired)
                    .isBetween(0, 1);
        }
        assertThat(others).extracting(Task::state).containsOnly(TaskState.DONE);
        assertThat(WorkerRows.in(lab, "dead")).extracting(WorkerRow::deathinfo).containsOnly("explicit shutdown");
        assertThat(WorkerRows.ids(WorkerRows.in(lab, ALIVE)))
                .containsExactly(busy.snapshot().worker());
        assertThat(monitor.workers()).isEqualTo(1);
        busy.abort("enough");
        monitor.stepUntilEnd(busy);
        stepUntilCount(monitor, lab, 0, ALIVE);
        assertThat(monitor.workers()).isZero();
    }

    @Test
    @DisplayName("W06 one task that takes its time to die does not hold up the others")
    void w06(Rework rework, TestMonitor monitor) {
        pool(monitor, 2, 2);
        Task<Object> slow = rework.schedule("never_ready");
        monitor.stepUntil(slow, TaskState.RUNNING);
        slow.abort("at once, please");
        monitor.stepUntil(slow, TaskState.ABORTING);
        Task<Object> other = monitor.stepUntilEnd(rework.schedule("basic"));
        assertThat(other.state()).isEqualTo(TaskState.DONE);
        assertThat(slow.state()).isEqualTo(TaskState.ABORTING);
    }

    @Test
    @DisplayName("W34 a second monitor in the same process neither doubles a line nor repeats what is said")
    void w34(Rework rework, TestMonitor monitor) {
        int before = monitor.said().size();
        for (int i = 0; i < 2; i++) {
            pool(monitor, 1, 1);
            Task<Object> task = monitor.stepUntilEnd(rework.schedule("basic"));
            assertThat(task.logs()).hasSize(1);
            monitor.close();
        }
        List<String> said = monitor.said().subList(before, monitor.said().size());
        assertThat(said)
                .filteredOn(line -> line.contains(" ended: "))
                .hasSize(2)
                .doesNotHaveDuplicates();
    }

    @Test
    @DisplayName("W36 stamps are the database's whatever a host's clock says; priorities and later starts are kept")
    void w36(Rework rework, ReworkLab lab, TestMonitor monitor, TestClock clock) {
        clock.advance(Duration.ofDays(3));
        pool(monitor, 1, 1);
        Task<Object> plain = rework.schedule("basic");
        Task<Object> urgent = rework.task("basic").priority(9).schedule();
        Task<Object> later = rework.task("basic").delay(Duration.ofHours(5)).schedule();
        monitor.stepUntilEnd(plain);
        monitor.stepUntilEnd(urgent);
        OffsetDateTime now = lab.database().one(OffsetDateTime.class, "select clock_timestamp()");
        assertThat(urgent.snapshot().started())
                .isBeforeOrEqualTo(plain.snapshot().started());
        assertThat(List.of(
                        plain.snapshot().queued(),
                        plain.snapshot().started(),
                        plain.snapshot().finished(),
                        now))
                .isSorted();
        assertThat(later.state()).isEqualTo(TaskState.SCHEDULED);
    }
}
