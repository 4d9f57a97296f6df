package dev.rework.testing.faults;

import dev.rework.Rework;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.Registrar;
import dev.rework.internal.ReworkHome;
import dev.rework.internal.WorkerLaunch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * What the previous version does in its own process: installs its schema and registers. Compiled with that version's
 * sources by {@link OldVersion}, so it keeps to what has not changed since.
 */
final class OldHouse {

    private OldHouse() {}

    /** Told the address on standard input; arguments: the home, the host and the folder of the operations' classes. */
    public static void main(String[] args) throws IOException {
        String url = WorkerLaunch.line(System.in);
        try (Rework rework = Rework.connect(url)) {
            rework.initDb();
        }
        Path operations = Path.of(args[2]);
        Registrar.register(
                DatabaseAddress.parse(url).dataSource("old"),
                operations,
                new Registrar.Options(
                        args[1], StormOperations.DOMAIN, null, List.of(), new ReworkHome(Path.of(args[0]))));
    }
}
