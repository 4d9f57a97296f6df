package dev.rework.internal.db;

import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;

/** Table {@code worker}: every worker process ever started. Threads may share it. */
public final class WorkerStore {
    private final Jdbi jdbi;

    public WorkerStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** What a request to a worker came to. */
    public enum Answer {
        /** Its monitor has been asked. */
        ASKED,
        /** It is dead already. */
        DEAD,
        /** There is no such worker. */
        UNKNOWN
    }

    /** One worker. */
    public Optional<WorkerRow> find(long id) {
        throw new UnsupportedOperationException("coming" + jdbi);
    }

    /** The newest that the filter lets through, in the order of their ids. */
    public List<WorkerRow> list(WorkerRow.Filter filter) {
        throw new UnsupportedOperationException("coming");
    }

    /** Asks it to end after the task in hand; leaves an audit row. Dead workers are not touched. */
    public Answer requestStop(long id, String reason) {
        throw new UnsupportedOperationException("coming");
    }

    /** Asks its monitor to kill it, and the task in hand with it; leaves an audit row. */
    public Answer requestKill(long id, String reason) {
        throw new UnsupportedOperationException("coming");
    }
}
