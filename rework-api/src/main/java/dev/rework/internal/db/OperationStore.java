package dev.rework.internal.db;

import java.time.Duration;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Table {@code operation}: what may be run. Threads may share it. */
public final class OperationStore {
    private final Jdbi jdbi;

    public OperationStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** An operation, and the hosts that have it registered. */
    public record Found(
            long id,
            String domain,
            String name,
            @Nullable String inputs,
            @Nullable String outputs,
            int priority,
            List<String> hosts) {}

    /** An operation on a host, as {@code list-operations} shows it; without a host when nobody serves it. */
    public record Listed(
            long id,
            String name,
            String domain,
            @Nullable String host,
            @Nullable String path,
            @Nullable Duration timeout,
            @Nullable String inputs,
            @Nullable String outputs,
            String description) {}

    /** Which to list. */
    public record Filter(
            @Nullable String domain,
            @Nullable String host,
            @Nullable String name,
            int limit,
            long after) {}

    /** All operations of a name, in one domain or in any. */
    public List<Found> find(String name, @Nullable String domain) {
        throw new UnsupportedOperationException(jdbi.toString());
    }

    public List<Listed> list(Filter filter) {
        throw new UnsupportedOperationException();
    }

    /** Known names near to a wrong one, best first, as {@code domain/name}. */
    public List<String> near(String name) {
        throw new UnsupportedOperationException();
    }
}
