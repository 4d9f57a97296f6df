package dev.rework.internal;

import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * How one of rework's own processes opens a client.
 *
 * @param connections where connections come from; left open when the client is closed
 * @param listen the address for LISTEN; null when {@code connections} should serve for it
 * @param parent the task that schedules through this client; null for none
 * @param joins told about waiting threads
 */
public record ClientOptions(
        DataSource connections,
        @Nullable DatabaseAddress listen,
        @Nullable Long parent,
        JoinListener joins) {

    /** Over an address, one connection per call, without a pool. */
    public static ClientOptions unpooled(DatabaseAddress address, String role) {
        return new ClientOptions(address.dataSource(role), address, null, JoinListener.NONE);
    }
}
