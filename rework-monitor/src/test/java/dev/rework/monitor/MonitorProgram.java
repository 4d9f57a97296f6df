package dev.rework.monitor;

import dev.rework.internal.DatabaseAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/** A monitor in a process of its own, for tests that kill it. Arguments: address, folder, grace in seconds, exit policy, host. */
final class MonitorProgram {
    private MonitorProgram() {}

    public static void main(String[] args) {
        MonitorOptions options = Stage.options(Path.of(args[1]), args[4])
                .grace(Duration.ofSeconds(Long.parseLong(args[2])))
                .onExit(OnExit.valueOf(args[3]))
                .build();
        Monitor monitor = new Monitor(DatabaseAddress.parse(args[0]), options, System.err::println);
        Runtime.getRuntime().addShutdownHook(new Thread(monitor::stop));
        Thread main = Thread.currentThread();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                main.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        try {
            monitor.run();
        } catch (MonitorRefused e) {
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    /** Starts one with this JVM's class path. */
    static Process start(String address, Path dir, OnExit onExit, String host) throws Exception {
        return start(address, dir, onExit, host, Map.of());
    }

    /** The same with more in its environment. */
    static Process start(String address, Path dir, OnExit onExit, String host, Map<String, String> environment)
            throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx128m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.rework.monitor.MonitorProgram",
                        address,
                        dir.toString(),
                        "0",
                        onExit.name(),
                        host)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(
                        dir.resolve("monitor.out").toFile()));
        builder.environment().putAll(environment);
        return builder.start();
    }
}
