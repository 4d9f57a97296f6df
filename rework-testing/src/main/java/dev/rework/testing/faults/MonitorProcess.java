package dev.rework.testing.faults;

import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.ReworkHome;
import dev.rework.internal.WorkerLaunch;
import dev.rework.monitor.Monitor;
import dev.rework.monitor.MonitorOptions;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A monitor in a process of its own, so that a test can kill it as a host's kernel would. {@link #main} is that process; it
 * is told the database's address on its standard input.
 */
public final class MonitorProcess {

    private final Process process;

    private MonitorProcess(Process process) {
        this.process = process;
    }

    /**
     * Which monitor.
     *
     * @param url the database's address, with its password
     * @param log where its output is appended
     */
    public record Seat(String url, ReworkHome home, String host, int workers, Path log) {}

    /**
     * How it is started.
     *
     * @param before what stands before its command
     * @param environment added to its environment
     * @param classpath its class path, and so that of its workers
     */
    public record Way(List<String> before, Map<String, String> environment, String classpath) {
        /** As this process is run. */
        public static final Way PLAIN = new Way(List.of(), Map.of(), System.getProperty("java.class.path", ""));
    }

    /**
     * Starts one; what it says goes to a file.
     *
     * @param url the database's address, with its password
     * @param log where its output is appended
     */
    public static MonitorProcess start(String url, ReworkHome home, String host, int workers, Path log)
            throws IOException {
        return start(new Seat(url, home, host, workers, log), Way.PLAIN);
    }

    /** Starts one in a way of its own. */
    public static MonitorProcess start(Seat seat, Way way) throws IOException {
        return start(seat, way, MonitorProcess.class);
    }

    /** Starts the main class of another one, which is told the same. */
    static MonitorProcess start(Seat seat, Way way, Class<?> main) throws IOException {
        List<String> command = new ArrayList<>(way.before());
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                way.classpath(),
                main.getName(),
                seat.home().path().toString(),
                seat.host(),
                Integer.toString(seat.workers())));
        File file = seat.log().toFile();
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(file));
        builder.environment().putAll(way.environment());
        Process process = builder.start();
        try (OutputStream in = process.getOutputStream()) {
            in.write((seat.url() + "\n").getBytes(StandardCharsets.UTF_8));
        }
        return new MonitorProcess(process);
    }

    /** The process: kill it by its handle. */
    public ProcessHandle handle() {
        return process.toHandle();
    }

    /** The process of a monitor. */
    public static void main(String[] args) throws IOException {
        String url = WorkerLaunch.line(System.in);
        if (url == null || args.length != 3) {
            throw new IllegalArgumentException("home, host and workers as arguments, the address on standard input");
        }
        MonitorOptions options = MonitorOptions.of(StormOperations.DOMAIN, args[1])
                .workers(Integer.parseInt(args[2]), Integer.parseInt(args[2]))
                .home(new ReworkHome(Path.of(args[0])))
                .build();
        Thread main = Thread.currentThread();
        try (Monitor monitor =
                new Monitor(DatabaseAddress.parse(url), options, line -> System.out.println(line + "\n"))) {
            Runtime.getRuntime().addShutdownHook(new Thread(() -> end(monitor, main)));
            monitor.run();
        }
    }

    /** The JVM is gone when its last hook is through: until then its monitor may end as it should. */
    private static void end(Monitor monitor, Thread main) {
        monitor.stop();
        try {
            main.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
