package dev.rework.internal;

import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * How a client is opened.
 *
 * @param connections where connections come from
 * @param listenAt where a connection for LISTEN comes from; null to poll
 * @param shown how people know the database, without a password
 * @param parent the task that schedules through this client; null for none
 * @param joins told about waiting threads
 * @param secrets the keys of secret inputs
 * @param onClose lets go of what was opened for the client
 */
public record ClientOptions(
        DataSource connections,
        @Nullable DataSource listenAt,
        String shown,
        @Nullable Long parent,
        JoinListener joins,
        SecretKeys secrets,
        Runnable onClose) {

    /** Over an address, a new connection for each verb, without a pool: for short programs. */
    public static ClientOptions unpooled(DatabaseAddress address, String role) {
        return over(address, address.dataSource(role), () -> {});
    }

    /** Over an address, with connections kept in {@code connections}. */
    public static ClientOptions over(DatabaseAddress address, DataSource connections, Runnable onClose) {
        return new ClientOptions(
                connections,
                address.listenAddress()
                        .map(elsewhere -> elsewhere.dataSource("listen"))
                        .orElse(null),
                address.toString(),
                null,
                JoinListener.NONE,
                SecretKeys.current(),
                onClose);
    }

    /** For the code of a task: its children name it as their parent, and its joins are told. */
    public ClientOptions inside(long task, JoinListener listener) {
        return new ClientOptions(connections, listenAt, shown, task, listener, secrets, onClose);
    }

    /** With the keys of another home than this process's. */
    public ClientOptions with(SecretKeys keys) {
        return new ClientOptions(connections, listenAt, shown, parent, joins, keys, onClose);
    }
}
