package dev.rework.internal.db;

import dev.rework.LogLine;
import java.util.List;
import org.jdbi.v3.core.Jdbi;

/** Table {@code log} for readers. Threads may share it. */
public final class LogStore {
    private final Jdbi jdbi;

    /** On these connections. */
    public LogStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Lines of a task with an id above {@code after}, in order, at most {@code limit}. */
    public List<LogLine> lines(long task, long after, int limit) {
        throw new UnsupportedOperationException("coming" + jdbi);
    }

    /** The last {@code count} lines of a task, in order. */
    public List<LogLine> tail(long task, int count) {
        throw new UnsupportedOperationException("coming");
    }
}
