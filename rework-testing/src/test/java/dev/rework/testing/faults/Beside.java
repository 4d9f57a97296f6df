package dev.rework.testing.faults;

import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.Registrar;
import dev.rework.internal.ReworkHome;
import dev.rework.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A monitor process with one worker that serves {@link HeldOperations}, and a client of the same database. */
final class Beside implements AutoCloseable {
    private static final String HOST = "beside";

    final Rework rework;
    final MonitorProcess monitor;
    final Path witnessed;
    private final MonitorProcess.Seat seat;
    private final Path folder;

    /**
     * Starts it.
     *
     * @param url the database's address, for the client
     * @param monitorsUrl the same database's address, for the monitor and its worker
     */
    Beside(String url, String monitorsUrl, Path folder) throws Exception {
        this(url, seat(monitorsUrl, HOST, 1, folder), MonitorProcess.Way.PLAIN, folder);
    }

    /**
     * Starts one of several.
     *
     * @param url the database's address, for the client
     * @param folder where the witness of all of them is, and what their tasks wait for
     */
    Beside(String url, MonitorProcess.Seat seat, MonitorProcess.Way way, Path folder) throws Exception {
        this.folder = folder;
        this.seat = seat;
        this.witnessed = folder.resolve("witness").toAbsolutePath();
        register(url, seat.home(), seat.host());
        this.rework = Rework.connect(url);
        this.monitor = MonitorProcess.start(seat, way);
    }

    /** A monitor of a host with a home and a log in this folder. */
    static MonitorProcess.Seat seat(String url, String host, int workers, Path folder) {
        Path home = folder.resolve("home-" + host).toAbsolutePath();
        return new MonitorProcess.Seat(
                url, new ReworkHome(home), host, workers, folder.resolve("monitor-" + host + ".log"));
    }

    private static void register(String url, ReworkHome home, String host) throws Exception {
        Path operations = Path.of(HeldOperations.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        List<Path> classpath = Stream.of(System.getProperty("java.class.path").split(java.io.File.pathSeparator))
                .map(Path::of)
                .toList();
        Registrar.register(
                DatabaseAddress.parse(url).dataSource("test"),
                operations,
                new Registrar.Options(host, StormOperations.DOMAIN, null, classpath, home));
    }

    /** A task that runs until {@link #release}; of an empty name: at once. */
    Task<?> schedule(String name) {
        return schedule("held", name);
    }

    /** The same, of one of the {@link HeldOperations}. */
    Task<?> schedule(String operation, String name) {
        String file = name.isEmpty() ? "" : file(name).toString();
        return rework.task(operation)
                .domain(StormOperations.DOMAIN)
                .input(new HeldOperations.Hold(witnessed.toString(), file))
                .schedule();
    }

    /** The same, for this monitor's host alone. */
    Task<?> scheduleHere(String operation, String name) {
        String file = name.isEmpty() ? "" : file(name).toString();
        return rework.task(operation)
                .domain(StormOperations.DOMAIN)
                .host(seat.host())
                .input(new HeldOperations.Hold(witnessed.toString(), file))
                .schedule();
    }

    /** The processes of its workers. */
    List<Long> workers() {
        return monitor.handle()
                .descendants()
                .filter(Beside::isWorker)
                .map(ProcessHandle::pid)
                .sorted()
                .toList();
    }

    /** And not the one that makes their archive of classes. */
    static boolean isWorker(ProcessHandle child) {
        return child.info()
                .arguments()
                .map(words -> !List.of(words).contains("--train"))
                .orElse(true);
    }

    void release(String name) throws IOException {
        Files.writeString(file(name), "");
    }

    private Path file(String name) {
        return folder.resolve("release-" + name).toAbsolutePath();
    }

    long begun(long task) throws IOException {
        return Witness.in(witnessed).notes().stream()
                .filter(note -> note.task() == task && !note.what().equals("end"))
                .count();
    }

    void awaitBegin(long task) {
        try {
            Eventually.isTrue("task " + task + " has begun", () -> begun(task) > 0);
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "; the monitor said:\n" + said(), e);
        }
    }

    /** What the monitor said: for the description of a failed assertion. */
    String said() {
        try {
            return Files.readString(seat.log());
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public void close() throws Exception {
        rework.close();
        List<ProcessHandle> workers = monitor.handle().descendants().toList();
        monitor.handle().destroy();
        monitor.handle()
                .onExit()
                .orTimeout(60, TimeUnit.SECONDS)
                .handle((handle, late) -> handle)
                .join();
        monitor.handle().destroyForcibly();
        workers.forEach(ProcessHandle::destroyForcibly);
    }
}
