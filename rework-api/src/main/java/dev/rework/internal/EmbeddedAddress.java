package dev.rework.internal;

import dev.rework.DatabaseUnreachable;
import dev.rework.internal.db.Database;
import dev.rework.sql.Schema;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** The embedded Postgres, when its module is on the class path; started, and given the schema, when need be. */
public final class EmbeddedAddress {
    private static final System.Logger LOG = System.getLogger("dev.rework");

    private EmbeddedAddress() {}

    /** Its address. Blocks while it starts. */
    public static DatabaseAddress start() {
        try {
            // By name, for the module needs nothing of ours and we must not need it.
            Class<?> type = Class.forName("dev.rework.embedded.EmbeddedPostgres");
            Object postgres = type.getMethod("at", Path.class)
                    .invoke(null, ReworkHome.current().path());
            Object server = type.getMethod("start").invoke(postgres);
            String url = String.valueOf(server.getClass().getMethod("url").invoke(server));
            LOG.log(
                    System.Logger.Level.INFO,
                    "no database configured: using the embedded {0}; set REWORK_DB to use your own",
                    server);
            return ready(DatabaseAddress.parse(url));
        } catch (ClassNotFoundException e) {
            throw new DatabaseUnreachable(
                    "no database is configured: give an address or set REWORK_DB"
                            + " (or put rework-embedded on the class path)",
                    null);
        } catch (InvocationTargetException e) {
            throw new DatabaseUnreachable(
                    String.valueOf(e.getCause() == null ? e : e.getCause().getMessage()), e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("rework-embedded is of another version", e);
        }
    }

    private static DatabaseAddress ready(DatabaseAddress address) {
        DataSource connections = address.dataSource("client");
        Database database = new Database(connections, address.toString());
        try (Connection connection = connections.getConnection()) {
            if (!Schema.status(connection).isCurrent()) {
                database.install();
            }
            return address;
        } catch (SQLException e) {
            throw database.translate("look at the schema", e);
        }
    }
}
