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
    private final Path folder;

    /**
     * Starts it.
     *
     * @param url the database's address, for the client
     * @param monitorsUrl the same database's address, for the monitor and its worker
     */
    Beside(String url, String monitorsUrl, Path folder) throws Exception {
        this.folder = folder;
        this.witnessed = folder.resolve("witness");
        ReworkHome home = new ReworkHome(folder.resolve("home").toAbsolutePath());
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
                new Registrar.Options(HOST, StormOperations.DOMAIN, null, classpath, home));
        this.rework = Rework.connect(url);
        this.monitor = MonitorProcess.start(monitorsUrl, home, HOST, 1, folder.resolve("monitor.log"));
    }

    /** A task that runs until {@link #release}; of an empty name: at once. */
    Task<?> schedule(String name) {
        String file = name.isEmpty() ? "" : file(name).toString();
        return rework.task("held")
                .domain(StormOperations.DOMAIN)
                .input(new HeldOperations.Hold(witnessed.toString(), file))
                .schedule();
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
        Eventually.isTrue("task " + task + " has begun", () -> begun(task) > 0);
    }

    /** What the monitor said: for the description of a failed assertion. */
    String said() {
        try {
            return Files.readString(folder.resolve("monitor.log"));
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
