package dev.rework.embedded;

import java.nio.file.Path;

/** A process that starts the embedded Postgres of a home, says so, and waits for its end. */
final class StarterMain {

    private StarterMain() {}

    public static void main(String[] args) throws Exception {
        EmbeddedServer server = EmbeddedPostgres.at(Path.of(args[0])).start();
        System.out.println("started " + server.startedHere());
        System.in.read();
    }
}
