package dev.rework.testing.faults;

import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.ReworkHome;
import dev.rework.internal.WorkerLaunch;
import dev.rework.monitor.Monitor;
import dev.rework.monitor.MonitorOptions;
import dev.rework.monitor.MonitorRefused;
import java.io.IOException;
import java.nio.file.Path;

/** A process that becomes the monitor of a host whenever it is told to, and says whether it could. */
final class SeatRacer {

    private SeatRacer() {}

    /** Told the address, then {@code go} and {@code end} by turns; argument: the home. */
    public static void main(String[] args) throws IOException {
        String url = WorkerLaunch.line(System.in);
        MonitorOptions options = MonitorOptions.of("race", "h1")
                .workers(0, 1)
                .home(new ReworkHome(Path.of(args[0])))
                .build();
        System.out.println("ready");
        while ("go".equals(WorkerLaunch.line(System.in))) {
            try (Monitor monitor = new Monitor(DatabaseAddress.parse(url), options, line -> {})) {
                String said;
                try {
                    monitor.start();
                    said = "lives";
                } catch (MonitorRefused refused) {
                    said = "refused";
                }
                System.out.println(said);
                WorkerLaunch.line(System.in);
            }
            System.out.println("ended");
        }
    }
}
