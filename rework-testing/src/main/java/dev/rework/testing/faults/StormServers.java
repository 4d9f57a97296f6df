package dev.rework.testing.faults;

import dev.rework.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** The database servers of a storm: the one that takes writes, and its standby until that takes over. For one thread. */
final class StormServers implements AutoCloseable {

    private final EmbeddedPostgres first;
    private final @Nullable Standby standby;
    private final String url;
    private EmbeddedPostgres now;

    StormServers(EmbeddedPostgres first, @Nullable Standby standby) {
        this.first = first;
        this.standby = standby;
        this.now = first;
        this.url = standby == null ? first.url() : standby.both(first.url());
    }

    /** An address that leads to the one that takes writes. */
    String url() {
        return url;
    }

    boolean hasStandby() {
        return standby != null && now == first;
    }

    boolean restart() {
        now.stop();
        now.start();
        return true;
    }

    /** As {@code kill -9} of its postmaster. */
    boolean crash() {
        kill();
        now.start();
        return true;
    }

    private void kill() {
        ProcessHandle.of(now.status().pid()).ifPresent(ProcessHandle::destroyForcibly);
    }

    /** Kills the first one and promotes its standby; never the other way round. */
    boolean failOver() throws SQLException, IOException {
        if (standby == null || !hasStandby()) {
            return false;
        }
        kill();
        standby.promote();
        now = standby.server();
        return true;
    }

    @Override
    public void close() {
        first.stop();
        if (standby != null) {
            standby.close();
        }
    }
}
