package dev.rework.monitor;

import dev.rework.internal.Control;
import dev.rework.internal.Frame;
import dev.rework.internal.db.LogCopy;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Hears one worker's output on behalf of its monitor; called in the thread that reads the pipe. */
final class WorkerEars implements WorkerOutput.Ears {

    private final MonitorContext context;
    private final WorkerPool pool;
    private @Nullable WorkerProcess worker;

    WorkerEars(MonitorContext context, WorkerPool pool) {
        this.context = context;
        this.pool = pool;
    }

    /** Before anything is heard. */
    void of(WorkerProcess whose) {
        worker = whose;
    }

    private WorkerProcess worker() {
        return Objects.requireNonNull(worker);
    }

    @Override
    public void line(LogCopy.Line line) {
        context.log().put(line);
    }

    @Override
    public void aside(String text) {
        context.listener().details(worker() + ": " + text);
    }

    @Override
    public void sync(long number) {
        WorkerProcess whose = worker();
        context.log().then(() -> whose.send(new Control.Synced(number)));
    }

    @Override
    public void frame(Frame frame) {
        switch (frame.type()) {
            case HELLO -> hello();
            case BEGIN -> begin();
            case END -> {
                worker().idle();
                pool.idle(worker());
            }
            case PARKED, UNPARKED -> context.bell().look();
            case BYE -> {
                worker().bye(frame.text());
                pool.letIn();
                context.bell().look();
            }
            default -> worker().answers().take(frame);
        }
    }

    private void hello() {
        WorkerProcess whose = worker();
        whose.report();
        pool.reported();
        context.acts().execute(() -> {
            try {
                context.stores().workers().reportedIn(whose.id());
            } catch (RuntimeException e) {
                context.listener().details(whose + " reported in, which is not stored: " + e.getMessage());
            }
        });
        context.bell().look();
    }

    private void begin() {
        if (worker().isOnLast()) {
            context.bell().look();
        }
        worker().link().ifPresent(link -> link.control().heard());
        WorkerOutput.Hand hand = worker().hand();
        worker().resetPeak();
        if (hand != null && hand.timeoutMillis() > 0) {
            context.bell().by(hand.sinceNanos() + TimeUnit.MILLISECONDS.toNanos(hand.timeoutMillis()));
        }
    }
}
