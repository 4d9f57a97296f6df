package dev.rework.monitor;

import dev.rework.internal.DatabaseAddress;
import java.time.Clock;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Owns the workers of a domain on a host: starts, watches and kills them, and carries what they print into the database.
 *
 * <p>{@link #run()} is the whole life of a monitor process. Tests call {@link #start()}, {@link #step()} as often as they
 * like, and {@link #close()}. The constructor touches nothing. {@link #stop()} may be called from any thread, the rest from
 * one.
 */
public final class Monitor implements AutoCloseable {

    private final DatabaseAddress address;
    private final MonitorOptions options;
    private final MonitorListener listener;
    private final Clock clock;
    private final Bell bell = new Bell();
    private final AtomicInteger stops = new AtomicInteger();
    private @Nullable RunningMonitor running;

    public Monitor(DatabaseAddress address, MonitorOptions options, MonitorListener listener) {
        this(address, options, listener, Clock.systemUTC());
    }

    /** With a clock that decides when a duty's turn has come; deadlines of tasks are the database's. */
    public Monitor(DatabaseAddress address, MonitorOptions options, MonitorListener listener, Clock clock) {
        this.address = address;
        this.options = options;
        this.listener = listener;
        this.clock = clock;
    }

    /**
     * Registers this monitor, or takes over from a dead one with its workers.
     *
     * @throws MonitorRefused when a live monitor serves the same host and domain; within a second
     * @throws dev.rework.SchemaMismatch when the schema is not the one this version works with; nothing is written. One that
     *     runs goes on when the schema is upgraded
     * @throws CancellationException when it was told to {@link #stop()} before it began; within a second
     */
    public void start() {
        if (running != null) {
            throw new IllegalStateException("this monitor was started before");
        }
        running = RunningMonitor.start(address, options, listener, clock, bell);
    }

    private RunningMonitor running() {
        RunningMonitor now = running;
        if (now == null) {
            throw new IllegalStateException("this monitor was not started");
        }
        return now;
    }

    /** Looks once at everything; does not wait. A duty that fails is reported, and the others run. */
    public void step() {
        running().step();
    }

    /** Starts, steps until told to stop, and ends as the options say. Blocks. */
    public void run() {
        try {
            start();
        } catch (CancellationException toldToStop) {
            return;
        }
        RunningMonitor now = running();
        try {
            while (stops.get() == 0 && !now.isOver()) {
                now.round();
                bell.await(now.next());
            }
            drain(now);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            close();
        }
    }

    /** Lets running tasks end, as long as the grace lasts and nobody asks twice. */
    private void drain(RunningMonitor now) throws InterruptedException {
        long end = System.nanoTime() + options.grace().toNanos();
        now.stopClaiming();
        while (now.workers() > 0 && stops.get() < 2 && !now.isOver() && System.nanoTime() - end < 0) {
            now.round();
            bell.await(Math.min(end, System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(100)));
        }
    }

    /** Asks {@link #run()} to end: at first with the grace of the options, the second time at once. Does not block. */
    public void stop() {
        int asked = stops.incrementAndGet();
        listener.says(asked == 1 ? "stopping; once more to stop at once" : "stopping at once");
        bell.stop();
    }

    /** The id of its row; 0 before the start. */
    public long id() {
        return running == null ? 0 : running.id();
    }

    /** How many worker processes it has now, starting ones included. */
    public int workers() {
        return running == null ? 0 : running.workers();
    }

    /**
     * Kills what is left of its workers, settles what they held, and ends its row; with {@link OnExit#LEAVE} busy workers
     * go on alone. A second call does nothing.
     */
    @Override
    public void close() {
        if (running != null) {
            running.close(stops.get() > 1 ? OnExit.KILL : options.onExit());
        }
    }
}
