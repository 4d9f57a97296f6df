package dev.rework.internal.db;

import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Table {@code registration}: which host serves which operation. Threads may share it. */
public final class RegistrationStore {
    private final Jdbi jdbi;

    public RegistrationStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** One live registration. */
    public record Row(long operation, String name, String domain, String path, String host) {}

    /** Live registrations of a name; {@code path} is an SQL LIKE pattern. */
    public List<Row> find(String name, @Nullable String domain, @Nullable String path, @Nullable String host) {
        throw new UnsupportedOperationException(jdbi.toString());
    }

    /** Queued and scheduled tasks that would wait in vain if these were retired, oldest first, at most 100. */
    public List<Long> tasksInTheWay(List<Row> rows) {
        throw new UnsupportedOperationException();
    }

    /** Retires them: the rows stay, tasks are not touched. Answers how many were live. */
    public int retire(List<Row> rows) {
        throw new UnsupportedOperationException();
    }
}
