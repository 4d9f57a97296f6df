package dev.rework.worker;

import dev.rework.internal.Frame;
import dev.rework.internal.WorkerLaunch;
import java.io.IOException;
import java.io.InputStream;
import java.sql.SQLException;
import java.util.List;

/**
 * The worker process. Started by a monitor with {@link WorkerLaunch} on its standard input, then
 * {@link dev.rework.internal.Control} lines; answers with {@link Frame}s on its standard output.
 */
public final class WorkerMain {
    /** The exit code of a worker that could not renew its lease while a task ran that another host may run again. */
    public static final int UNTRUSTED = 71;

    private static final String TRAIN = "--train";
    private static final long HOOKS_MILLIS = 10_000;

    private WorkerMain() {}

    /**
     * Runs until the monitor, the launch's limits or the end of the standard input say so. With {@code --train} it only
     * walks the way of a worker, for a monitor that has an archive of loaded classes made, and leaves no trace.
     */
    public static void main(String[] args) throws IOException {
        InputStream input = System.in;
        WorkerLaunch launch = WorkerLaunch.read(input);
        System.setIn(InputStream.nullInputStream());
        LogBridge.announce();
        Worker worker = new Worker(launch, Pipe.standard(launch.nonce()));
        worker.capture().install();
        Runtime.getRuntime().addShutdownHook(new Thread(worker.capture()::flush, "rework-last-words"));
        ControlReader control = new ControlReader(worker, input);
        control.start();
        worker.settler().start();
        worker.pipe().send(Frame.Type.HELLO, ProcessHandle.current().pid());
        WorkerLoop loop = new WorkerLoop(worker, control);
        String reason = List.of(args).contains(TRAIN) ? loop.rehearse() : null;
        while (reason == null) {
            reason = loop.step();
        }
        loop.close();
        end(worker, reason);
    }

    private static void end(Worker worker, String reason) {
        worker.settler().end();
        boolean orphan = worker.signals().isOrphan();
        if (orphan) {
            OwnProcess.killDescendants();
        }
        try {
            worker.settlement().giveBack();
            worker.settlement().giveBackStrays();
            worker.session()
                    .once((connection, queue) -> orphan
                            ? worker.row().ended(connection, reason)
                            : worker.row().stopping(connection, reason));
        } catch (SQLException away) {
            // The row is closed, and what it holds decided, by whoever notices that the process is gone.
        }
        worker.session().close();
        worker.capture().flush();
        worker.pipe().send(Frame.Type.BYE, reason);
        worker.output().finish();
        exit();
    }

    /** Lets the user's shutdown hooks run, but not for ever. */
    private static void exit() {
        Thread impatient = new Thread(
                () -> {
                    java.util.concurrent.locks.LockSupport.parkNanos(HOOKS_MILLIS * 1_000_000);
                    Runtime.getRuntime().halt(0);
                },
                "rework-exit");
        impatient.setDaemon(true);
        impatient.start();
        System.exit(0);
    }
}
