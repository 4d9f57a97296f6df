package dev.rework.internal.db;

import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Table {@code monitor}: who owns the workers of a domain on a host. Threads may share it. */
public final class MonitorStore {
    private final Jdbi jdbi;

    public MonitorStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** The newest {@code limit} with an id above {@code after} that have not ended, in the order of their ids. */
    public List<MonitorRow> list(@Nullable String domain, @Nullable String host, int limit, long after) {
        throw new UnsupportedOperationException("coming" + jdbi);
    }
}
