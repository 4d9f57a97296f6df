package dev.rework.internal.db;

import java.time.Duration;
import org.jdbi.v3.core.Jdbi;

/**
 * Removal of what is over: finished tasks with their attempts, dumps and lines, and dead workers. In bounded batches, each
 * its own transaction. Threads may share it.
 */
public final class Retention {
    private final Jdbi jdbi;

    public Retention(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Deletes tasks of the domain that finished longer ago than {@code age}; answers how many. */
    public long finishedTasks(String domain, Duration age) {
        throw new UnsupportedOperationException("coming" + jdbi);
    }

    /** Deletes tasks of the domain that have waited in the queue longer than {@code age}; answers how many. */
    public long queuedTasks(String domain, Duration age) {
        throw new UnsupportedOperationException("coming");
    }

    /** Deletes rows of dead workers of the domain that ended longer ago than {@code age}; answers how many. */
    public long deadWorkers(String domain, Duration age) {
        throw new UnsupportedOperationException("coming");
    }
}
