package dev.rework.cli;

import dev.rework.internal.DatabaseAddress;
import dev.rework.monitor.Monitor;
import dev.rework.monitor.MonitorListener;
import dev.rework.monitor.MonitorOptions;
import dev.rework.monitor.OnExit;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rework monitor}. */
@Command(
        description = {
            "Runs the tasks of a domain on this host: starts, watches and kills its workers. Blocks.",
            "The first Ctrl-C or TERM lets running tasks end within --grace, the second ends at once."
        })
final class MonitorCommand extends DatabaseCommand {
    @Option(names = "--domain", paramLabel = "DOMAIN", description = "The domain to serve (${DEFAULT-VALUE}).")
    String domain = "default";

    @Option(names = "--host", paramLabel = "HOST", description = "The host name (REWORK_HOST, or the machine's).")
    @Nullable
    String host;

    @Option(names = "--maxworkers", paramLabel = "N", description = "At most so many workers (${DEFAULT-VALUE}).")
    int maxWorkers = 2;

    @Option(names = "--minworkers", paramLabel = "N", description = "Keep so many when idle (as --maxworkers).")
    @Nullable
    Integer minWorkers;

    @Option(names = "--maxruns", paramLabel = "N", description = "A worker ends after so many tasks; 0 for never.")
    long maxRuns;

    @Option(
            names = "--maxmem",
            paramLabel = "MB",
            description = "A worker that takes more than this, with its children, ends after its task; 0 for never.")
    int maxMemory;

    @Option(
            names = "--hard-maxmem",
            paramLabel = "MB",
            description = "A worker that takes more than this, with its children, is killed at once, and its task fails"
                    + " with cause memory; 0 for never.")
    int hardMemory;

    @Option(names = "--jvm-option", paramLabel = "X", description = "An option for the workers' JVM; may be repeated.")
    List<String> jvmOptions = List.of();

    @Option(names = "--classpath", paramLabel = "PATHS", description = "In front of the registered jars.")
    List<String> classpath = List.of();

    @Option(
            names = "--vacuum",
            paramLabel = "DURATION",
            description = "How long finished tasks are kept, or never to keep them all (${DEFAULT-VALUE}).")
    String vacuum = "P30D";

    @Option(
            names = "--grace",
            paramLabel = "DURATION",
            description = "How long running tasks may take when it is told to stop (${DEFAULT-VALUE}).")
    String grace = "PT30S";

    @Option(
            names = "--on-exit",
            paramLabel = "WHAT",
            description = "Then kill busy workers, or leave them to finish alone for the next monitor"
                    + " (${DEFAULT-VALUE}).")
    OnExit onExit = OnExit.KILL;

    @Option(
            names = "--start-timeout",
            paramLabel = "SECONDS",
            description = "How long a worker may take to start (${DEFAULT-VALUE}).")
    int startTimeout = 30;

    @Option(names = "--debug-port", paramLabel = "N", description = "Workers listen for a debugger from this port on.")
    int debugPort;

    @Option(
            names = "--debugfile",
            paramLabel = "FILE",
            description = "What --debug would say is appended to this file.")
    @Nullable
    Path debugFile;

    @Override
    protected ExitCode perform(Database database) throws IOException {
        MonitorOptions options = options();
        DatabaseAddress address = database.address();
        database.connections();
        try (PrintStream file = debugFile();
                Monitor monitor = new Monitor(address, options, new StampedLines(err(), debug(), file))) {
            Signals.onStop(name -> monitor.stop());
            monitor.run();
        }
        return ExitCode.DONE;
    }

    @Override
    boolean isBrief() {
        return false;
    }

    private MonitorOptions options() {
        Duration kept = vacuum.equalsIgnoreCase("never") ? null : Moments.duration("--vacuum", vacuum);
        try {
            return MonitorOptions.of(domain, rework().shell().host(host))
                    .workers(minWorkers == null ? maxWorkers : minWorkers, maxWorkers)
                    .maxRuns(maxRuns)
                    .maxMemoryMb(maxMemory)
                    .hardMemoryMb(hardMemory)
                    .jvmOptions(jvmOptions)
                    .classpath(RegisterOperations.paths(classpath))
                    .vacuum(kept)
                    .grace(Moments.duration("--grace", grace))
                    .onExit(onExit)
                    .startTimeout(Duration.ofSeconds(startTimeout))
                    .debugPort(debugPort)
                    .home(rework().shell().home())
                    .build();
        } catch (IllegalArgumentException e) {
            throw new Refusal(ExitCode.USAGE, String.valueOf(e.getMessage()));
        }
    }

    private PrintStream debugFile() throws IOException {
        return debugFile == null
                ? new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8)
                : new PrintStream(
                        Files.newOutputStream(debugFile, StandardOpenOption.CREATE, StandardOpenOption.APPEND),
                        true,
                        StandardCharsets.UTF_8);
    }

    /** {@code 2026-11-22 02:00:10 message} on standard error, and with all details in a file. */
    private record StampedLines(PrintStream err, boolean everything, PrintStream file) implements MonitorListener {
        private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

        @Override
        public void says(String message) {
            err.println(line(message));
            file.println(line(message));
        }

        @Override
        public void details(String message) {
            if (everything) {
                err.println(line(message));
            }
            file.println(line(message));
        }

        private static String line(String message) {
            return STAMP.format(LocalDateTime.now()) + " " + TaskForm.shown(message);
        }
    }
}
