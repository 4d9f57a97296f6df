package dev.rework.worker;

import dev.rework.internal.db.Claim;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * What has to happen while a task runs: saying that it runs, settling what ended before it, giving back what waits behind it,
 * storing its progress, renewing the lease of a worker without a monitor, halting one that may not be believed any more. Looks
 * every {@value #TICK_MILLIS} ms while there is a task in hand, seldom otherwise. Its statements are tried once each: what
 * fails is tried at the next look, or by the loop.
 */
final class Settler implements Runnable {
    private static final long TICK_MILLIS = 5;
    private static final long REST_MILLIS = 500;
    private static final long RUNS_NANOS = 5_000_000;
    private static final long SLOW_NANOS = 50_000_000;
    private static final long PROGRESS_NANOS = 100_000_000;
    private static final long PARTIAL_NANOS = 100_000_000;
    private static final long LEASE_NANOS = 2_000_000_000;
    private static final long TRUST_WANES_NANOS = 6_000_000_000L;
    private static final long TRUST_NANOS = 250_000_000;
    private static final long OUTAGE_NANOS = 500_000_000;

    private final Worker worker;
    private final Thread thread = new Thread(this, "rework-settler");
    private volatile boolean resting;
    private volatile boolean ended;
    private volatile @Nullable RunningTask task;
    private long progressWritten;
    private long partialSent;
    private long leaseTried;
    private long trustChecked;
    private long quietUntil;
    private boolean outage;

    Settler(Worker worker) {
        this.worker = worker;
    }

    void start() {
        thread.setDaemon(true);
        thread.start();
    }

    void end() {
        ended = true;
        LockSupport.unpark(thread);
    }

    /** A task was begun. */
    void begun(RunningTask begun) {
        task = begun;
        if (resting) {
            LockSupport.unpark(thread);
        }
    }

    /** The task has ended; stores what it said last about its progress. */
    void ended(RunningTask finished) {
        task = null;
        if (finished.hasProgress()) {
            try {
                writeProgress(finished);
            } catch (SQLException e) {
                // An outage: the outcome matters more, and is kept.
            }
        }
    }

    /** Something changed: look now. */
    void look() {
        LockSupport.unpark(thread);
    }

    @Override
    public void run() {
        while (!ended) {
            boolean busy =
                    worker.hand().running() != null || worker.settlement().owes();
            resting = !busy;
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(busy ? TICK_MILLIS : REST_MILLIS));
            resting = false;
            step(System.nanoTime());
        }
    }

    /** One look. */
    void step(long now) {
        halt(now);
        Hand.Running running = worker.hand().running();
        if (running != null) {
            worker.pipe().letOut();
        }
        if (running != null && now - partialSent > PARTIAL_NANOS) {
            partialSent = now;
            worker.capture().flush();
        }
        if (outage && now - quietUntil < 0) {
            return;
        }
        try {
            lease(now);
            if (running != null) {
                attend(running, now);
            }
            worker.settlement().tellIfOwed();
            outage = false;
        } catch (SQLException e) {
            outage = true;
            quietUntil = now + OUTAGE_NANOS;
        }
    }

    private void attend(Hand.Running running, long now) throws SQLException {
        long lasted = now - running.since();
        if (lasted < RUNS_NANOS) {
            return;
        }
        if (!running.isMarked()) {
            Claim claim = running.claim();
            worker.session().once((connection, queue) -> queue.running(claim.id(), claim.attempt(), running.since()));
            running.mark();
        }
        if (worker.hand().hasFinished()) {
            worker.logs().sync(true);
            worker.settlement().turn(null);
        }
        if (lasted > SLOW_NANOS && worker.hand().hasUnbegun()) {
            worker.settlement().giveBack();
        }
        worker.settlement().giveBackStrays();
        RunningTask current = task;
        if (current != null && current.hasProgress() && now - progressWritten > PROGRESS_NANOS) {
            progressWritten = now;
            writeProgress(current);
        }
    }

    private void writeProgress(RunningTask current) throws SQLException {
        String progress = current.takeProgress();
        if (progress != null) {
            worker.session().once((connection, queue) -> queue.progress(current.id(), current.attempt(), progress));
        }
    }

    private void lease(long now) throws SQLException {
        boolean alone = worker.signals().isOrphan() || worker.trust().ageNanos() > TRUST_WANES_NANOS;
        boolean matters = worker.hand().running() != null;
        if (!alone || !matters || now - leaseTried < LEASE_NANOS) {
            return;
        }
        leaseTried = now;
        long began = System.nanoTime();
        if (worker.session().once((connection, queue) -> worker.row().renew(connection))) {
            worker.trust().renewed(began);
        } else {
            worker.settlement().declaredDead();
            trustChecked = now - TRUST_NANOS;
        }
    }

    private void halt(long now) {
        if (now - trustChecked < TRUST_NANOS) {
            return;
        }
        trustChecked = now;
        if (mustHalt()) {
            OwnProcess.killDescendants();
            worker.hand().distrust();
            Runtime.getRuntime().halt(WorkerMain.UNTRUSTED);
        }
    }

    /**
     * A task that another host may run again must not go on here once that host may have begun; and no task once it is known
     * that this worker was declared dead: what it does counts no more.
     */
    boolean mustHalt() {
        Hand.Running running = worker.hand().running();
        // One in training has no row, and nothing that could run elsewhere.
        if (running == null || worker.launch().worker() == 0) {
            return false;
        }
        return worker.settlement().isDeclaredDead()
                || running.operation().survives() && worker.trust().over();
    }
}
