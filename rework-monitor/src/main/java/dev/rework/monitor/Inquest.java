package dev.rework.monitor;

import dev.rework.Cause;
import dev.rework.internal.FaultPoint;
import dev.rework.internal.HandCell;
import dev.rework.internal.HandCell.Begun;
import dev.rework.internal.db.TaskVerdicts.Death;
import dev.rework.internal.db.TaskVerdicts.Peak;
import dev.rework.internal.db.WorkerStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Looks into the death of a worker: its last words, what it left running, why it died, what it had begun; and has the
 * verdict written, however long the database is away. Blocks; threads may share it.
 */
final class Inquest {

    private static final long DRAIN_MILLIS = 200;
    private static final long LOG_MILLIS = 1_000;
    private static final long LONGEST_PAUSE_MILLIS = 5_000;
    private static final int TRIES = 10;

    private final MonitorContext context;

    Inquest(MonitorContext context) {
        this.context = context;
    }

    /**
     * Into one of the monitor's own.
     *
     * @param exit null when the monitor is not its parent
     */
    void hold(WorkerProcess worker, @Nullable Integer exit) {
        try {
            sweep(worker.toString(), worker.facts().tag().toString());
            String lastWords = lastWords(worker);
            decide(death(worker, exit, lastWords), peak(worker));
            worker.lastDump().ifPresent(dump -> TakeDumps.store(context, dump.attempt(), dump.content()));
            forget(worker.facts().cell());
        } catch (IOException e) {
            context.listener().details(worker + ": " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Into one found in the database that has no process. */
    void foundDead(WorkerStore.Live row, Path cell, boolean sameBoot) {
        try {
            String name = "worker #" + row.id();
            if (sameBoot) {
                sweep(name, row.tag().toString());
            }
            ExitVerdict verdict = sameBoot
                    ? ExitVerdict.UNKNOWN
                    : new ExitVerdict(Cause.LOST, "host " + context.options().host() + " was started anew");
            String info = row.state().equals("starting") ? "never started" : verdict.deathinfo();
            List<Begun> begun = sameBoot ? begun(cell) : null;
            decide(new Death(row.id(), begun, verdict.cause(), verdict.reason(), info, false), null);
            forget(cell);
        } catch (IOException e) {
            context.listener().details("worker #" + row.id() + ": " + e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** For one that never became a process. */
    void neverBegan(long id, String reason) {
        context.stores().verdicts().died(new Death(id, List.of(), Cause.CRASH, reason, reason, true));
    }

    /** Where the worker left lines, {@link StoreSpools} needs to know whose they are. */
    private static void forget(Path cell) throws IOException {
        if (!Files.exists(HandCell.spool(cell))) {
            Files.deleteIfExists(cell);
        }
    }

    private Death death(WorkerProcess worker, @Nullable Integer exit, String lastWords) {
        List<Begun> begun = begun(worker.facts().cell());
        WorkerProcess.Doom doom = worker.doom().orElse(null);
        if (doom != null) {
            return new Death(worker.id(), begun, doom.cause(), doom.reason(), doom.deathinfo(), true);
        }
        ExitVerdict verdict = exit == null
                ? ExitVerdict.UNKNOWN
                : ExitVerdict.of(exit, lastWords, isDistrusted(worker.facts().cell()));
        boolean polite = !worker.bye().isEmpty() && exit != null && exit == 0;
        // One released for a kill that became needless ends as if it had been asked to.
        String bye = worker.bye().equals("released") ? "explicit shutdown" : worker.bye();
        String info = polite ? bye : worker.isAdopted() ? "ancestor died" : verdict.deathinfo();
        return new Death(
                worker.id(), begun, verdict.cause(), verdict.reason(), info, exit != null && !worker.isAdopted());
    }

    private boolean isDistrusted(Path cell) {
        try {
            return HandCell.isDistrusted(cell);
        } catch (IOException e) {
            context.listener().details("whether it was to be believed cannot be read: " + e);
            return true;
        }
    }

    private String lastWords(WorkerProcess worker) throws InterruptedException {
        WorkerProcess.Link link = worker.link().orElse(null);
        if (link == null) {
            return "";
        }
        link.control().close();
        link.reader().drain(DRAIN_MILLIS);
        link.output().end();
        CountDownLatch stored = new CountDownLatch(1);
        context.log().then(stored::countDown);
        if (!stored.await(LOG_MILLIS, TimeUnit.MILLISECONDS)) {
            context.listener().details(worker + ": its last lines are stored later");
        }
        return link.output().lastWords();
    }

    private void sweep(String name, String tag) {
        if (!ProcessTree.sweep(tag)) {
            context.listener().says(name + " left processes that do not end");
        }
    }

    private static @Nullable Peak peak(WorkerProcess worker) {
        WorkerProcess.Link link = worker.link().orElse(null);
        Begun last = link == null ? null : link.output().lastBegun();
        return last == null || worker.peakMb() <= 0 ? null : new Peak(last, worker.peakMb());
    }

    private @Nullable List<Begun> begun(Path cell) {
        try {
            return Files.exists(cell) ? HandCell.read(cell) : List.of();
        } catch (IOException e) {
            context.listener().details("what was begun cannot be read: " + e);
            return null;
        }
    }

    /** Tries until the database has it: nobody else knows this death. */
    private void decide(Death death, @Nullable Peak peak) throws InterruptedException {
        FaultPoint.pass("monitor.before-verdict");
        long pause = 200;
        for (int i = 1; ; i++) {
            try {
                if (context.stores().verdicts().died(death, peak)) {
                    context.listener().says("worker #" + death.worker() + " ended: " + death.deathinfo());
                }
                return;
            } catch (RuntimeException e) {
                if (Outage.is(e)) {
                    context.outage().failed(e);
                } else if (i >= TRIES) {
                    context.listener()
                            .says("the end of worker #" + death.worker() + " is not stored: " + e.getMessage());
                    return;
                }
                TimeUnit.MILLISECONDS.sleep(pause);
                pause = Math.min(2 * pause, LONGEST_PAUSE_MILLIS);
            }
        }
    }
}
