package dev.rework.cli;

import dev.rework.Rework;
import dev.rework.internal.ClientOptions;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.db.TaskStore;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** The database a command works on, found when it is first asked for. For one thread. */
public final class Database implements AutoCloseable {
    private final @Nullable String given;
    private final Shell shell;
    private @Nullable DatabaseAddress address;
    private @Nullable Rework rework;

    Database(@Nullable String given, Shell shell) {
        this.given = given;
        this.shell = shell;
    }

    /** Where it is; starts the embedded one when nothing else is configured. */
    public DatabaseAddress address() {
        if (address == null) {
            address = DatabaseAddress.resolve(given).orElseGet(() -> EmbeddedDatabase.address(shell));
        }
        return address;
    }

    /** A connection per call, no pool. */
    public DataSource connections() {
        return address().dataSource("cli");
    }

    /** For the stores. */
    public Jdbi jdbi() {
        return TaskStore.jdbi(connections());
    }

    /** A client, closed with this. */
    public Rework client() {
        if (rework == null) {
            rework = Rework.open(ClientOptions.unpooled(address(), "cli"));
        }
        return rework;
    }

    @Override
    public void close() {
        if (rework != null) {
            rework.close();
        }
    }
}
