package dev.rework.embedded;

import java.nio.file.Path;

/**
 * A running embedded Postgres, as {@link EmbeddedPostgres#start} found or made it.
 *
 * @param url with the password, as {@code postgresql://user:password@127.0.0.1:port/rework}
 * @param data its data folder
 * @param version the server's version, for example {@code 18.6}
 * @param startedHere whether this call started it; false when it was running already
 */
public record EmbeddedServer(String url, Path data, String version, boolean startedHere) {

    /** Without the password. */
    @Override
    public String toString() {
        return "Postgres " + version + " in " + data + (startedHere ? ", started here" : "");
    }
}
