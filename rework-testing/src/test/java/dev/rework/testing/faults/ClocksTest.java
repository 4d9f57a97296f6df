package dev.rework.testing.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.FaultRow;
import dev.rework.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Hosts whose clocks are an hour ahead and an hour behind, and then jump. By libfaketime; the server's clock is right. */
@Tag("slow")
class ClocksTest {

    @TempDir
    Path folder;

    @Test
    @Tag("fault-28")
    void wrongClocksKillNobodyAndFireNothingEarly() throws Exception {
        Optional<Path> faketime = faketime();
        if (faketime.isEmpty()) {
            FaultRow.notRun("libfaketime is not installed");
        }
        try (OwnServer server = OwnServer.in(folder.resolve("server"));
                Beside ahead = beside(server, "ahead", faketime.orElseThrow(), "+3600s");
                Beside behind = beside(server, "behind", faketime.orElseThrow(), "-3600s")) {
            Task<?> one = ahead.scheduleHere("held", "one");
            Task<?> two = behind.scheduleHere("heldAgain", "two");
            ahead.awaitBegin(one.id());
            behind.awaitBegin(two.id());
            List<Long> workers = Stream.of(ahead, behind)
                    .flatMap(host -> host.workers().stream())
                    .toList();
            long plan = ahead.rework
                    .prepare("heldAgain", "* * * * * *")
                    .domain(StormOperations.DOMAIN)
                    .input(new HeldOperations.Hold(ahead.witnessed.toString(), ""))
                    .save()
                    .id();
            Task<?> later = ahead.rework
                    .task("heldAgain")
                    .domain(StormOperations.DOMAIN)
                    .input(new HeldOperations.Hold(ahead.witnessed.toString(), ""))
                    .delay(Duration.ofSeconds(20))
                    .schedule();
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(12));
            set("ahead", "-7200s");
            set("behind", "+7200s");
            LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(12));
            ahead.rework.unprepare(plan);
            ahead.release("one");
            ahead.release("two");
            for (Task<?> task : List.of(one, two, later)) {
                assertThat(task.join(Duration.ofMinutes(1)).state())
                        .as(ahead.said() + behind.said())
                        .isEqualTo(TaskState.DONE);
            }
            Eventually.isTrue(
                    "what fired has ended",
                    () -> server.number("select count(*) from rework.task where finished is null") == 0);

            assertThat(server.number("select count(*) from rework.worker where deathinfo is not null"))
                    .isZero();
            assertThat(Stream.of(ahead, behind).flatMap(host -> host.workers().stream()))
                    .isEqualTo(workers);
            assertThat(server.number("select count(*) from rework.task where attempt <> 1 or state <> 'done'"))
                    .isZero();
            assertThat(server.number("select count(*) from rework.task where not (queued <= started"
                            + " and started <= finished and run_at <= started)"))
                    .isZero();
            long fired = server.number("select count(*) from rework.task where fire_at is not null");
            String early = server.one(
                    "select coalesce(max(extract(epoch from fire_at - queued) * 1000)::bigint, 0) from rework.task"
                            + " where fire_at is not null and fire_at > queued");
            assertThat(early).isEqualTo("0");
            assertThat(fired).isBetween(15L, 40L);
            FaultRow.measured(
                    28,
                    "clocks at +1 h and -1 h, then -2 h and +2 h: no death, " + fired
                            + " fires of a plan of every second in some 25 s, none early, all stamps in order");
        }
    }

    private Beside beside(OwnServer server, String host, Path faketime, String offset) throws Exception {
        set(host, offset);
        MonitorProcess.Way way = new MonitorProcess.Way(
                List.of(),
                Map.of(
                        "LD_PRELOAD", faketime.toString(),
                        "FAKETIME_TIMESTAMP_FILE",
                                folder.resolve("clock-" + host).toString(),
                        "FAKETIME_CACHE_DURATION", "1",
                        "FAKETIME_DONT_FAKE_MONOTONIC", "1",
                        // Its "fix" of timed waits is what breaks those of a JVM.
                        "FAKETIME_FORCE_MONOTONIC_FIX", "0",
                        "FAKETIME_DONT_RESET", "1"),
                MonitorProcess.Way.PLAIN.classpath());
        return new Beside(server.url, Beside.seat(server.url, host, 2, folder), way, folder);
    }

    private void set(String host, String offset) throws Exception {
        Files.writeString(folder.resolve("clock-" + host), offset + "\n");
    }

    private static Optional<Path> faketime() throws Exception {
        try (Stream<Path> all = Files.list(Path.of("/usr/lib"))) {
            return all.map(machine -> machine.resolve("faketime/libfaketime.so.1"))
                    .filter(Files::exists)
                    .findFirst();
        }
    }
}
