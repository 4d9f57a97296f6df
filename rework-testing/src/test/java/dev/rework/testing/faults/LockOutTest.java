package dev.rework.testing.faults;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.FaultRow;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.db.Retention;
import dev.rework.internal.db.TaskStore;
import dev.rework.testing.Eventually;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Everybody at the same rows, in every order, among others who lock them the wrong way round and for too long. */
@Tag("slow")
class LockOutTest {

    private static final Duration LONG = Duration.ofSeconds(15);

    @TempDir
    Path folder;

    private final Queue<Task<?>> tasks = new ConcurrentLinkedQueue<>();
    private final Queue<Throwable> shown = new ConcurrentLinkedQueue<>();
    private final AtomicInteger lockedOut = new AtomicInteger();
    private volatile boolean over;

    @Test
    @Tag("fault-45")
    @Tag("fault-46")
    void nobodyIsShownADeadlockAndNothingStays() throws Exception {
        try (OwnServer server = OwnServer.in(folder.resolve("server"))) {
            server.execute("alter system set deadlock_timeout = '20ms'");
            server.execute("select pg_reload_conf()");
            try (Beside beside = new Beside(
                    server.url, Beside.seat(server.url, "beside", 3, folder), MonitorProcess.Way.PLAIN, folder)) {
                TaskStore.jdbi(DatabaseAddress.parse(server.url).dataSource("purge"));
                Retention purge = Retention.byHand(
                        TaskStore.jdbi(DatabaseAddress.parse(server.url).dataSource("purge")));
                List<Callable<?>> deeds = List.of(
                        () -> tasks.add(beside.schedule("heldAgain", "")),
                        () -> tasks.add(beside.schedule("heldAgain", "")),
                        this::abortOne,
                        () -> retried(() -> purge.finishedTasks(StormOperations.DOMAIN, Duration.ofSeconds(2))),
                        () -> killOne(beside),
                        () -> wrongWayRound(server),
                        () -> wrongWayRound(server),
                        () -> forTooLong(server));
                CountDownLatch done = new CountDownLatch(deeds.size());
                for (int i = 0; i < deeds.size(); i++) {
                    start(deeds.get(i), i == 4 ? 1500 : i == 7 ? 6000 : 5, done);
                }
                LockSupport.parkNanos(LONG.toNanos());
                over = true;
                done.await();
                assertThat(shown).isEmpty();
                Eventually.isTrue(
                        "all have ended",
                        () -> server.number("select count(*) from rework.task where finished is null") == 0);
                int purged = 0;
                int aborted = 0;
                for (Task<?> task : tasks) {
                    if (beside.rework.find(task.id()).isEmpty()) {
                        purged++;
                    } else if (task.state() == TaskState.ABORTED) {
                        aborted++;
                    } else {
                        assertThat(task.state()).isEqualTo(TaskState.DONE);
                    }
                }
                assertThat(Witness.in(beside.witnessed).notes())
                        .extracting(Witness.Note::what)
                        .doesNotContain("TWICE");
                assertThat(beside.monitor.handle().isAlive()).isTrue();
                String what = tasks.size() + " tasks in " + LONG.toSeconds() + " s (" + purged + " purged meanwhile, "
                        + aborted + " aborted) among " + server.log().split("deadlock detected", -1).length
                        + " deadlocks and " + lockedOut
                        + " lock-outs: no error shown, none left, none run twice at once";
                FaultRow.measured(45, what);
                FaultRow.measured(46, purged + " finished tasks purged under load, none that was not finished");
            }
        }
    }

    private void start(Callable<?> deed, int most, CountDownLatch done) {
        Thread thread = new Thread(() -> {
            while (!over) {
                try {
                    deed.call();
                } catch (Exception e) {
                    shown.add(e);
                }
                LockSupport.parkNanos(1_000_000L * ThreadLocalRandom.current().nextInt(most / 2, most));
            }
            done.countDown();
        });
        thread.setDaemon(true);
        thread.start();
    }

    private Object abortOne() {
        Task<?> task = tasks.stream()
                .skip(Math.max(0, tasks.size() - 5 - ThreadLocalRandom.current().nextInt(20)))
                .findFirst()
                .orElse(null);
        // A purged one is gone, which is no error of locks.
        return task != null && ThreadLocalRandom.current().nextInt(10) == 0 && isThere(task) ? task.abort("mixed") : "";
    }

    private static boolean isThere(Task<?> task) {
        try {
            return task.state() != null;
        } catch (dev.rework.TaskLost purged) {
            return false;
        }
    }

    /** A monitor's duty is tried again by its next round; so does this. */
    private Object retried(Callable<?> duty) throws Exception {
        try {
            return duty.call();
        } catch (RuntimeException e) {
            if (String.valueOf(e.getMessage()).matches("(?s).*(deadlock|lock timeout).*")) {
                return lockedOut.incrementAndGet();
            }
            throw e;
        }
    }

    private static Object killOne(Beside beside) {
        return beside.monitor
                .handle()
                .children()
                .filter(Beside::isWorker)
                .findFirst()
                .map(ProcessHandle::destroyForcibly)
                .orElse(false);
    }

    /** Locks tasks from the newest to the oldest, and then the workers: the other way round than everybody else. */
    private Object wrongWayRound(OwnServer server) throws SQLException {
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("select t.id from rework.task t order by t.id desc limit 20 for update");
            statement.execute(
                    "select w.id from rework.worker w where w.finished is null order by w.id desc for update");
            statement.execute("select t.id from rework.task t order by t.id limit 50 for update");
            connection.rollback();
        } catch (SQLException rolledBack) {
            assertThat(rolledBack.getSQLState()).isIn("40P01", "55P03");
            lockedOut.incrementAndGet();
        }
        return "";
    }

    /** Longer than anybody of ours waits for a lock. */
    private Object forTooLong(OwnServer server) throws SQLException {
        try (Connection connection = server.connect();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("select w.id from rework.worker w where w.finished is null for update");
            LockSupport.parkNanos(Duration.ofSeconds(6).toNanos());
            connection.rollback();
        } catch (SQLException rolledBack) {
            lockedOut.incrementAndGet();
        }
        return "";
    }
}
