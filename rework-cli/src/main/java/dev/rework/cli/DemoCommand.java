package dev.rework.cli;

import dev.rework.embedded.EmbeddedPostgres;
import dev.rework.embedded.EmbeddedServer;
import dev.rework.embedded.EmbeddedStatus;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.Registrar;
import dev.rework.monitor.Monitor;
import dev.rework.monitor.MonitorOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code rework demo}: always on the embedded Postgres, in a domain of its own; leaves nothing running. */
@Command(description = "Shows rework at work: an embedded Postgres, a monitor, and tasks of every fate. 15 seconds.")
final class DemoCommand extends CliCommand {
    static final String DOMAIN = "demo";
    private static final int WORKERS = 3;

    private final AtomicReference<@Nullable String> signal = new AtomicReference<>();

    @Override
    public Integer call() throws Exception {
        Signals.onStop(this::told);
        int code;
        try {
            code = super.call();
        } catch (Exception e) {
            // Ctrl-C reaches what is being started too, which then fails in its own way.
            if (signal.get() == null) {
                throw e;
            }
            code = ExitCode.ERROR.code();
        }
        String name = signal.get();
        if (name == null) {
            return code;
        }
        err().println("stopped: nothing of the demo is left running");
        return Signals.exitCode(name);
    }

    private void told(String name) {
        if (signal.compareAndSet(null, name)) {
            err().println("stopping what was started");
        }
    }

    @Override
    protected ExitCode perform() throws IOException {
        EmbeddedPostgres postgres = EmbeddedDatabase.of(rework().shell());
        EmbeddedStatus.State before = postgres.status().state();
        boolean ranBefore = before == EmbeddedStatus.State.RUNNING || before == EmbeddedStatus.State.STARTING;
        try {
            say("Postgres", before == EmbeddedStatus.State.ABSENT ? "unpacking and preparing one, once" : "starting");
            EmbeddedServer server = postgres.start();
            say(
                    "Postgres",
                    server.version() + (server.startedHere() ? " started" : " runs already") + ", data in "
                            + server.data());
            return onServer(EmbeddedDatabase.installSchema(server));
        } finally {
            if (!ranBefore && postgres.stop()) {
                say("Postgres", "stopped; any command starts it again, and its data stays");
            }
        }
    }

    private ExitCode onServer(DatabaseAddress address) throws IOException {
        if (signal.get() != null) {
            return ExitCode.ERROR;
        }
        try (Database database = new Database(address.secretText(), rework().shell())) {
            register(database);
            try (Monitor monitor = new Monitor(address, options(), this::fromMonitor)) {
                Thread running = started(monitor);
                try {
                    return new DemoTasks(database, new DemoView(database, this), folder(), () -> isOver(running)).run();
                } finally {
                    monitor.stop();
                    monitor.stop();
                    await(running);
                }
            }
        }
    }

    private boolean isOver(Thread monitor) {
        return signal.get() != null || !monitor.isAlive();
    }

    private void register(Database database) {
        Registrar.Options options = new Registrar.Options(
                rework().shell().host(null),
                null,
                null,
                List.of(),
                rework().shell().home());
        var registered = Registrar.register(database.connections(), jar(), options);
        say("register", (registered.added() + registered.known()) + " operations of " + jar().getFileName());
    }

    private MonitorOptions options() {
        return MonitorOptions.of(DOMAIN, rework().shell().host(null))
                .workers(WORKERS, WORKERS)
                .vacuum(null)
                .grace(Duration.ZERO)
                .home(rework().shell().home())
                .build();
    }

    private Thread started(Monitor monitor) {
        Thread thread = new Thread(
                () -> {
                    try {
                        monitor.run();
                    } catch (RuntimeException e) {
                        err().println("monitor: " + Verdict.on(e).getMessage());
                    }
                },
                "monitor");
        thread.start();
        return thread;
    }

    private static void await(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void fromMonitor(String message) {
        say("monitor", TaskForm.shown(message));
    }

    /** Emptied, so that each demo makes everything itself. */
    private Path folder() throws IOException {
        Path folder = rework().shell().home().folder("demo");
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                Files.delete(file);
            }
        }
        return folder;
    }

    /** One line; {@code what} is harmless text. */
    synchronized void say(String who, String what) {
        String label = String.format(java.util.Locale.ROOT, "%14s ", who);
        out().println(palette().paint(Palette.Colour.FAINT, label + "| ") + what);
    }

    Palette palette() {
        return rework().palette();
    }

    boolean onTerminal() {
        return rework().shell().outIsTerminal();
    }

    /** How people go on: with the address when their own configuration names another database. */
    String again(String command) {
        Map<String, String> environment = rework().shell().environment();
        boolean elsewhere = environment.containsKey("REWORK_DB") || environment.containsKey("DATABASE_URL");
        return System.getProperty("rework.command", "rework") + " " + command
                + (elsewhere ? " --db \"$(rework db url)\"" : "");
    }

    /** The demo's operations: beside our own jar in a distribution, a folder of classes within a build. */
    private static Path jar() {
        for (String entry : System.getProperty("java.class.path").split(java.io.File.pathSeparator)) {
            Path path = Path.of(entry);
            Path beside = path.resolveSibling("demo").resolve("rework-demo.jar");
            if (Files.isRegularFile(beside)) {
                return beside;
            }
            if (Files.exists(path.resolve("dev/rework/demo/Sales.class")) || entry.contains("rework-demo-")) {
                return path;
            }
        }
        throw new Refusal(ExitCode.ERROR, "the demo's operations (lib/demo/rework-demo.jar) are missing");
    }
}
