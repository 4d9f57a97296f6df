package dev.rework.worker;

import dev.rework.internal.FaultPoint;
import dev.rework.internal.Frame;
import dev.rework.internal.Invocation;
import dev.rework.internal.RegistrationIndex;
import dev.rework.internal.db.Ask;
import dev.rework.internal.db.Claim;
import dev.rework.internal.db.Found;
import dev.rework.internal.db.Lane;
import dev.rework.internal.db.Outcome;
import dev.rework.internal.db.Place;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** Claims, runs, settles, one step at a time, on the process's main thread. */
final class WorkerLoop {
    private static final long IDLE_MILLIS = 60_000;
    private static final long MEASURED_NANOS = 5_000_000;
    static final int LONGEST_OUTPUT = 32 * 1024 * 1024;

    private final Worker worker;
    private final Invocation invocation;
    private final ControlReader control;
    private final Heads heads = new Heads();
    private final BatchSizing sizing = new BatchSizing();
    private final Meter meter = new Meter();
    private final Size size;
    private final Path indexFile;
    private RegistrationIndex index;
    private Served served;
    private Served.@Nullable Operation operation;
    private boolean reported;
    private long begun;
    private int batchTasks;
    private long batchNanos;
    private boolean woken;
    private boolean waits;

    WorkerLoop(Worker worker, ControlReader control) {
        this.worker = worker;
        this.control = control;
        this.invocation = new Invocation(Thread.currentThread().getContextClassLoader());
        this.size = new Size(worker.launch().maxMemoryMb(), worker.signals());
        this.indexFile = Path.of(worker.launch().index());
        this.index = RegistrationIndex.read(indexFile);
        this.waits = worker.launch().waits();
        this.served = new Served(List.of(), worker.launch().host());
    }

    /**
     * Runs the next claim, or gets some, or waits.
     *
     * @return null to go on; else why this worker should end, with nothing left in hand
     */
    @Nullable
    String step() {
        Claim next = worker.hand().next();
        try {
            if (next == null) {
                return betweenBatches();
            }
            if (worker.trust().overByClock()) {
                regainTrust();
            }
        } catch (SQLException e) {
            return outage(e);
        }
        if (worker.settlement().isDeclaredDead()) {
            worker.hand().left(worker.hand().takeUnbegun());
        } else {
            run(next);
        }
        return null;
    }

    /** Everything is kept until the database is back; only one who has nothing to keep ends without it. */
    private @Nullable String outage(SQLException e) {
        if (Session.isAboutData(e)) {
            throw new IllegalStateException("a statement of the worker itself is refused", e);
        }
        heads.forget();
        String stop = worker.signals().stopReason();
        if (stop != null && !worker.hand().hasFinished()) {
            return stop;
        }
        worker.session().pause();
        return null;
    }

    /** No lease was seen for long: nothing begins before it is known that nobody has declared this worker dead. */
    private void regainTrust() throws SQLException {
        long began = System.nanoTime();
        if (worker.session().once((connection, queue) -> worker.row().renew(connection))) {
            worker.trust().renewed(began);
        } else {
            worker.settlement().declaredDead();
        }
    }

    private @Nullable String betweenBatches() throws SQLException {
        learn();
        if (worker.trust().over()) {
            regainTrust();
        }
        String stop = worker.signals().stopReason();
        if (stop == null && begunAll()) {
            stop = "ran " + begun + " tasks (maxruns)";
        }
        if (worker.settlement().isDeclaredDead()) {
            return "declared dead";
        }
        if (stop != null) {
            settle();
            worker.settlement().giveBack();
            worker.settlement().giveBackStrays();
            return stop;
        }
        if (size.isTooLarge()) {
            settle();
            return size.afterCollection();
        }
        if (worker.signals().takeWake()) {
            heads.forget();
            woken = true;
        }
        if (!reported || worker.signals().takeReload()) {
            String changed = report();
            if (changed != null) {
                worker.signals().stop(changed);
                return null;
            }
        }
        waits &= !woken;
        if (waits) {
            worker.signals().await(IDLE_MILLIS);
        } else {
            claim();
        }
        return null;
    }

    private boolean begunAll() {
        long most = worker.launch().maxRuns();
        return most > 0 && begun >= most;
    }

    private @Nullable String report() throws SQLException {
        RegistrationIndex now = RegistrationIndex.read(indexFile);
        if (reported && !Sources.of(now).equals(Sources.of(index))) {
            return "the class path changed";
        }
        index = now;
        served = worker.session().once((connection, queue) -> {
            if (!reported && !worker.row().started(connection)) {
                worker.settlement().declaredDead();
            }
            return worker.row().served(connection, now);
        });
        reported = true;
        heads.forget();
        return null;
    }

    private void claim() throws SQLException {
        if (claimsFound()) {
            return;
        }
        if (heads.isEmptied() && worker.hand().hasFinished()) {
            // Whoever joins what has ended should not wait for a look at queues that were empty a moment ago.
            settle();
        }
        Ask ask = worker.session()
                .once((connection, queue) -> Optional.ofNullable(heads.next(queue, served.lanes(), sizing)))
                .orElse(null);
        if (ask == null) {
            if (worker.hand().hasFinished()) {
                settle();
            } else {
                worker.settlement().giveBackStrays();
                meter.idle();
                worker.signals().await(size.patienceMillis(heads.patienceMillis(IDLE_MILLIS)));
            }
            return;
        }
        ask = ask.atMost(allowed(ask.most()));
        syncLogs();
        operation = served.find(ask.lane().operation());
        List<Claim> claims = worker.settlement().turn(ask);
        meter.claimed(ask.most());
        heads.claimed(ask, claims);
    }

    private int allowed(int most) {
        long runs = worker.launch().maxRuns();
        return runs > 0 ? (int) Math.min(most, runs - begun) : most;
    }

    /** What an idle worker is woken for, in one round trip. */
    private boolean claimsFound() throws SQLException {
        List<Lane> lanes = served.lanes();
        boolean isIdle = woken && !lanes.isEmpty() && !worker.hand().hasFinished() && heads.mayLookAtAll();
        woken = false;
        if (!isIdle) {
            return false;
        }
        int[] most = new int[lanes.size()];
        for (int i = 0; i < most.length; i++) {
            most[i] = allowed(sizing.next(lanes.get(i).operation()));
        }
        Found found = worker.settlement().find(lanes, most);
        if (found == null) {
            return false;
        }
        operation = served.find(found.lane().operation());
        meter.claimed(found.claims().size());
        heads.found(found);
        return true;
    }

    /** The whole way of a worker and a task, neither of which is in the database: nothing comes of it. */
    String rehearse() {
        try {
            report();
            List<Lane> lanes = List.of(new Lane(0, ""));
            worker.settlement().find(lanes, new int[] {1});
            worker.session().once((connection, queue) -> Optional.ofNullable(heads.next(queue, lanes, sizing)));
            worker.settlement().turn(new Ask(lanes.get(0), Place.FIRST, 1));
            operation = Rehearsal.OPERATION;
            Claim claim = new Claim(0, 1, Place.FIRST, null, null, null, false);
            worker.hand().add(List.of(claim));
            run(claim);
            worker.settlement().turn(null);
            ThreadDump.send(worker.pipe(), 0);
            return "rehearsed";
        } catch (SQLException e) {
            throw new IllegalStateException("the rehearsal failed", e);
        }
    }

    private void settle() throws SQLException {
        if (worker.hand().hasFinished()) {
            syncLogs();
            worker.settlement().turn(null);
        }
    }

    /** A task that took a while may have started a process, whose output goes past us. */
    private void syncLogs() {
        if (worker.hand().hasFinished()) {
            worker.logs().sync(worker.hand().longest() > 1_000_000);
        }
    }

    private void learn() {
        Served.Operation last = operation;
        if (last != null && batchTasks > 0) {
            sizing.learn(last.id(), batchTasks, batchNanos);
        }
        batchTasks = 0;
        batchNanos = 0;
    }

    private void run(Claim next) {
        Served.Operation what = operation;
        Claim claim = next.large() ? withInputs(next) : next;
        if (what == null || claim == null) {
            worker.hand().drop(next.id(), next.attempt());
            return;
        }
        Hand.Running running = worker.hand().begin(next, claim, what);
        if (running == null) {
            return;
        }
        begun++;
        announce(claim, what);
        RunningTask task = new RunningTask(worker, running);
        control.task(task);
        worker.settler().begun(task);
        Outcome outcome = call(running, task);
        FaultPoint.pass("worker.finished");
        control.task(null);
        worker.hand().end(outcome);
        batchTasks++;
        batchNanos += outcome.endedNanos() - outcome.sinceNanos();
        if (!worker.hand().hasUnbegun()) {
            worker.pipe().send(Frame.Type.END, claim.id(), claim.attempt());
        }
    }

    /**
     * A write for each of many quick tasks is a tenth of what they cost. In a batch of such, only the first is announced
     * at once; the others when they say something, or when they turn out to take a while after all.
     */
    private void announce(Claim claim, Served.Operation what) {
        if (begunAll()) {
            Frame.Type begin = Frame.Type.BEGIN;
            worker.pipe().send(begin, claim.id(), claim.attempt(), what.timeoutMs(), what.graceMs(), "last");
        } else if (batchTasks > 0 && sizing.isQuick(what.id())) {
            worker.pipe().hold(claim.id(), claim.attempt(), what.timeoutMs(), what.graceMs());
        } else {
            worker.pipe().send(Frame.Type.BEGIN, claim.id(), claim.attempt(), what.timeoutMs(), what.graceMs());
        }
    }

    private @Nullable Claim withInputs(Claim claim) {
        try {
            return worker.session()
                    .insist((connection, queue) -> Optional.ofNullable(queue.inputs(claim)))
                    .orElse(null);
        } catch (SQLException e) {
            throw new IllegalStateException("cannot read the input of task " + claim.id(), e);
        }
    }

    /** The only place that catches everything: what a user's method throws is its outcome. */
    private Outcome call(Hand.Running running, RunningTask task) {
        Claim claim = running.claim();
        String output = null;
        Throwable thrown = null;
        try {
            output = invocation.call(running.operation().entry(), task.open(), claim.rawInput(), task, task);
        } catch (Throwable e) {
            thrown = e;
        }
        long ended = System.nanoTime();
        worker.capture().install();
        worker.capture().endLines();
        Thread.currentThread().setContextClassLoader(WorkerLoop.class.getClassLoader());
        task.close();
        worker.settler().ended(task);
        String given = output == null ? task.output() : output;
        return outcome(running, task, task.redaction().applyToJson(given), thrown, ended);
    }

    private Outcome outcome(
            Hand.Running running, RunningTask task, @Nullable String output, @Nullable Throwable thrown, long ended) {
        Claim claim = running.claim();
        byte[] raw = task.rawOutput();
        Throwable failure = thrown;
        if (failure == null && tooLong(output, raw)) {
            failure = new IllegalStateException("the output is longer than " + LONGEST_OUTPUT + " bytes; store it"
                    + " elsewhere and return where it is");
        }
        boolean keep = !tooLong(output, raw);
        boolean measure = ended - running.since() > MEASURED_NANOS;
        return new Outcome(
                claim.id(),
                claim.attempt(),
                failure == null,
                keep ? output : null,
                keep ? raw : null,
                failure == null ? null : task.redaction().apply(Failure.text(failure)),
                failure == null ? null : task.redaction().apply(Failure.line(failure)),
                running.since(),
                ended,
                measure ? meter.cpuMillis() : 0,
                measure ? Math.max(OwnProcess.peakMb(), task.peakMb()) : 0,
                failure == null
                        ? -1
                        : running.operation().retry().millis(claim.attempt(), ThreadLocalRandom.current()));
    }

    private static boolean tooLong(@Nullable String output, byte @Nullable [] raw) {
        return output != null && output.length() > LONGEST_OUTPUT || raw != null && raw.length > LONGEST_OUTPUT;
    }

    /** Lets go of what the operations hold. */
    void close() {
        invocation.close();
    }
}
