package dev.rework.worker;

import dev.rework.internal.Control;
import dev.rework.internal.Frame;
import dev.rework.internal.WorkerLaunch;
import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Listens to the monitor on the process's original standard input. Its end means that the monitor is gone: within
 * milliseconds, and also while the task in hand burns the processor.
 */
final class ControlReader implements Runnable {
    private static final long LONG_NANOS = 1_000_000_000;

    private final Worker worker;
    private final InputStream input;
    private volatile @Nullable RunningTask task;

    ControlReader(Worker worker, InputStream input) {
        this.worker = worker;
        this.input = input;
    }

    void start() {
        Thread thread = new Thread(this, "rework-control");
        thread.setDaemon(true);
        thread.setPriority(Thread.MAX_PRIORITY);
        thread.start();
    }

    /** The task whose statements an interrupt cancels. */
    void task(@Nullable RunningTask now) {
        task = now;
    }

    @Override
    public void run() {
        try {
            for (String line = WorkerLaunch.line(input); line != null; line = WorkerLaunch.line(input)) {
                obey(line);
            }
        } catch (IOException gone) {
            // As at the end of the stream.
        }
        monitorGone();
    }

    private void obey(String line) {
        try {
            obey(Control.parse(line));
        } catch (IllegalArgumentException unknown) {
            // A newer monitor's word: what it means is not for us.
        }
    }

    private void monitorGone() {
        worker.output().drain();
        worker.pipe().tell(worker.secrets());
        worker.signals().orphan();
        worker.logs().monitorGone();
        worker.session().hurry();
        worker.settler().look();
    }

    private void obey(Control control) {
        if (control instanceof Control.Wake) {
            worker.signals().wake();
        } else if (control instanceof Control.Lease) {
            worker.trust().told();
            prepare();
        } else if (control instanceof Control.Synced synced) {
            worker.logs().synced(synced.number());
        } else if (control instanceof Control.Drop drop) {
            answer(drop.task(), drop.attempt(), worker.hand().drop(drop.task(), drop.attempt()));
        } else if (control instanceof Control.End end) {
            end(end);
        } else if (control instanceof Control.Interrupt interrupt) {
            interrupt(interrupt);
        } else if (control instanceof Control.Release) {
            release();
        } else if (control instanceof Control.Stop stop) {
            worker.signals().stop(stop.reason());
            worker.session().hurry();
        } else if (control instanceof Control.Reload) {
            worker.signals().reload();
        } else if (control instanceof Control.Dump dump) {
            ThreadDump.send(worker.pipe(), dump.number(), ThreadDump.Detail.ALL);
        } else if (control instanceof Control.Peak peak) {
            RunningTask running = task;
            if (running != null && running.id() == peak.task() && running.attempt() == peak.attempt()) {
                running.peak(peak.megabytes());
            }
        }
    }

    private void answer(long claim, int attempt, Hand.Dropped dropped) {
        Frame.Type answer = switch (dropped) {
            case DROPPED -> Frame.Type.DROPPED;
            case BEGUN -> Frame.Type.BEGUN;
            case GONE -> Frame.Type.GONE;
        };
        worker.pipe().send(answer, claim, attempt);
    }

    private void end(Control.End end) {
        Hand.Dropped dropped = worker.hand().end(end.task(), end.attempt());
        answer(end.task(), end.attempt(), dropped);
        if (dropped == Hand.Dropped.BEGUN) {
            boolean quick = end.quick() && !ThreadDump.isPrepared();
            ThreadDump.send(worker.pipe(), end.dump(), quick ? ThreadDump.Detail.STACKS : ThreadDump.Detail.DEADLOCKS);
            release();
        }
    }

    /** What has run this long may have to be looked at before it is killed. */
    private void prepare() {
        Hand.Running running = worker.hand().running();
        if (running != null && System.nanoTime() - running.since() > LONG_NANOS && !ThreadDump.isPrepared()) {
            Thread thread = new Thread(ThreadDump::prepare, "rework-prepare");
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void interrupt(Control.Interrupt interrupt) {
        RunningTask running = task;
        if (worker.hand().interrupt(interrupt.task(), interrupt.attempt()) != null
                && running != null
                && running.id() == interrupt.task()) {
            Thread cancel = new Thread(running::cancelStatements, "rework-cancel");
            cancel.setDaemon(true);
            cancel.start();
        }
    }

    /** The kill follows in a moment: nothing begins any more, what is over is written down, what waits goes back. */
    private void release() {
        worker.hand().close();
        worker.signals().stop("released");
        worker.capture().flush();
        try {
            worker.settlement().turn(null);
            worker.settlement().giveBack();
        } catch (SQLException e) {
            // The monitor finds in the hand cell what had begun, and decides the rest.
        }
        worker.pipe().send(Frame.Type.RELEASED);
    }
}
