package dev.rework.monitor;

import dev.rework.Cause;
import dev.rework.internal.Control;
import dev.rework.internal.FaultPoint;
import dev.rework.internal.Frame;
import dev.rework.internal.HandCell;
import dev.rework.internal.HandCell.Begun;
import dev.rework.internal.db.MonitorStore.Order;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Ends one attempt, named by task and attempt: takes back a claim that has not begun; interrupts what has, lets it have its
 * grace, and kills its process with all that came from it. The attempt that follows it in the same worker is never hit.
 * Blocks for as long as that takes.
 */
final class AbortOrder {

    private static final long DROP_MILLIS = 250;
    private static final long DUMP_MILLIS = 200;
    private static final long RELEASE_MILLIS = 50;
    private static final long STOPPED_MILLIS = 100;
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd HH:mm:ss.SSSSSSxxx", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final MonitorContext context;
    private final WorkerProcess worker;

    AbortOrder(MonitorContext context, WorkerProcess worker) {
        this.context = context;
        this.worker = worker;
    }

    /**
     * Carries it out.
     *
     * @param isOld whether it was asked for some time ago
     */
    void run(Order order, boolean isOld) throws InterruptedException {
        Begun attempt = new Begun(order.task(), order.attempt());
        if (worker.isAdopted()) {
            killExactly(attempt, order);
            return;
        }
        if (order.graceMillis() > 0) {
            CompletableFuture<Frame.Type> asked = worker.answers().drop(attempt);
            worker.send(new Control.Drop(attempt.task(), attempt.attempt()));
            Frame.Type answer = within(asked, DROP_MILLIS);
            if (isOver(answer, attempt, order, isOld)) {
                return;
            }
            worker.send(new Control.Interrupt(attempt.task(), attempt.attempt()));
            if (until(order.graceMillis(), () -> !worker.holds(attempt) || !isAlive())) {
                return;
            }
        }
        end(attempt, order, isOld);
    }

    /** Whether it has not begun, and is settled, or nothing is to be done about it. */
    private boolean isOver(Frame.@Nullable Type answer, Begun attempt, Order order, boolean isOld) {
        if (answer == Frame.Type.DROPPED || answer == Frame.Type.GONE && isOld && !hasBegun(attempt)) {
            context.stores().verdicts().dropped(order.worker(), order.task(), order.attempt());
            return true;
        }
        return answer == Frame.Type.GONE;
    }

    private void end(Begun attempt, Order order, boolean isOld) throws InterruptedException {
        CompletableFuture<Frame.Type> asked = worker.answers().drop(attempt);
        long number = worker.answers().nextDump();
        CompletableFuture<String> taken = worker.answers().dump(number);
        // Nobody waits for a timeout's end as for that of an abort, and it is more often a deadlock's.
        boolean quick = order.cause().equals("abort");
        worker.sendNow(new Control.End(attempt.task(), attempt.attempt(), number, quick));
        if (isOver(within(asked, DROP_MILLIS), attempt, order, isOld)) {
            worker.answers().noDump(number);
            return;
        }
        String dump = TakeDumps.within(taken, DUMP_MILLIS);
        if (dump != null) {
            worker.lastDump(new WorkerProcess.Dump(attempt, dump));
        }
        FaultPoint.pass("monitor.aborting");
        boolean released = within(worker.answers().released().thenApply(done -> true), RELEASE_MILLIS) != null;
        if (!released) {
            killExactly(attempt, order);
        } else if (worker.holds(attempt)) {
            kill(order);
        } else {
            // It ended meanwhile, and the worker begins nothing more.
            worker.stop("explicit shutdown");
        }
    }

    /** Looks at what is in its hands while it cannot begin anything else: it is stopped for that moment. */
    private void killExactly(Begun attempt, Order order) throws InterruptedException {
        long pid = worker.facts().identity().pid();
        if (!worker.facts().identity().isAlive()) {
            return;
        }
        boolean stopped =
                ProcessTree.signal("STOP", pid) && until(STOPPED_MILLIS, () -> "T".equals(ProcessIdentity.state(pid)));
        Begun last = lastBegun();
        boolean holds = last != null ? last.equals(attempt) : worker.holds(attempt);
        if (holds) {
            kill(order);
            return;
        }
        if (stopped) {
            ProcessTree.signal("CONT", pid);
        }
        if (!worker.isAdopted()) {
            worker.stop("explicit shutdown");
        }
    }

    private void kill(Order order) throws InterruptedException {
        worker.doom(new WorkerProcess.Doom(Cause.ABORT, order.reason(), preemptive()));
        ProcessTree.kill(worker.facts().handle(), worker.facts().tag().toString());
    }

    /** Kills whatever it has in hand, after it had a moment to settle what has ended. */
    static void killNow(WorkerProcess worker, WorkerProcess.Doom doom) throws InterruptedException {
        if (worker.doom(doom)) {
            if (worker.isReported() && !worker.isAdopted()) {
                worker.send(new Control.Release());
                within(worker.answers().released(), RELEASE_MILLIS);
            }
            ProcessTree.kill(worker.facts().handle(), worker.facts().tag().toString());
        }
    }

    /** The words of the ancestor for a kill. */
    static String preemptive() {
        return "preemptive kill at " + STAMP.format(java.time.Instant.now());
    }

    private boolean hasBegun(Begun attempt) {
        try {
            return HandCell.read(worker.facts().cell()).contains(attempt);
        } catch (IOException e) {
            return true;
        }
    }

    private @Nullable Begun lastBegun() {
        try {
            List<Begun> begun = HandCell.read(worker.facts().cell());
            return begun.isEmpty() ? null : begun.get(begun.size() - 1);
        } catch (IOException e) {
            return null;
        }
    }

    private boolean isAlive() {
        return worker.facts().handle().isAlive();
    }

    private static boolean until(long millis, BooleanSupplier holds) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(2);
        }
        return true;
    }

    private static <T> @Nullable T within(CompletableFuture<T> future, long millis) throws InterruptedException {
        try {
            return future.get(millis, TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            return null;
        }
    }
}
