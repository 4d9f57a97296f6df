package dev.rework.internal;

import dev.rework.DatabaseUnreachable;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Path;

/** The embedded Postgres, when its module is on the class path; started when it does not run. */
public final class EmbeddedAddress {
    private EmbeddedAddress() {}

    /** Its address. Blocks while it starts. */
    public static DatabaseAddress start() {
        try {
            // By name, for the module needs nothing of ours and we must not need it.
            Class<?> type = Class.forName("dev.rework.embedded.EmbeddedPostgres");
            Object postgres = type.getMethod("at", Path.class)
                    .invoke(null, ReworkHome.current().path());
            Object server = type.getMethod("start").invoke(postgres);
            return DatabaseAddress.parse(
                    String.valueOf(server.getClass().getMethod("url").invoke(server)));
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
}
