package dev.rework.monitor;

import dev.rework.internal.DatabaseAddress;
import java.time.Clock;

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
     */
    public void start() {
        throw new UnsupportedOperationException("coming" + address + options + listener + clock);
    }

    /** Looks once at everything; does not wait. A duty that fails is reported, and the others run. */
    public void step() {
        throw new UnsupportedOperationException("coming");
    }

    /** Starts, steps until told to stop, and ends as the options say. Blocks. */
    public void run() {
        throw new UnsupportedOperationException("coming");
    }

    /** Asks {@link #run()} to end: at first with the grace of the options, the second time at once. Does not block. */
    public void stop() {
        throw new UnsupportedOperationException("coming");
    }

    /** The id of its row; 0 before the start. */
    public long id() {
        return 0;
    }

    /** How many worker processes it has now, starting ones included. */
    public int workers() {
        return 0;
    }

    /** Kills what is left of its workers, settles what they held, and ends its row. */
    @Override
    public void close() {}
}
