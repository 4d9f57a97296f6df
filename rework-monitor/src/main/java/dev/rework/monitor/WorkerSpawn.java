package dev.rework.monitor;

import dev.rework.internal.Control;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.RegistrationIndex;
import dev.rework.internal.SecretKeys;
import dev.rework.internal.WorkerLaunch;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Starts worker processes: their command line, environment and launch. Threads may share it. */
final class WorkerSpawn {

    private static final List<String> FLAGS = List.of(
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-XX:+ExitOnOutOfMemoryError",
            "-XX:-UsePerfData",
            "-XX:+ErrorFileToStderr",
            "-XX:-CreateCoredumpOnCrash",
            "-Xlog:disable",
            "-Xlog:all=error:stderr",
            "-Dslf4j.internal.verbosity=ERROR");

    // Gives memory back after a task, so that what stays is what the task left behind.
    private static final List<String> SHRINKING = List.of("-Xms16m", "-XX:-ShrinkHeapInSteps");

    static final List<String> SECRETS = List.of(
            "REWORK_DB",
            "DATABASE_URL",
            "PGPASSWORD",
            "REWORK_LISTEN_DB",
            "REWORK_TEST_DB",
            DatabaseAddress.WORKERS_VARIABLE,
            SecretKeys.VARIABLE);

    // What a worker is told in its life, none of which one in training has anything to do for.
    private static final List<Control> REHEARSED =
            List.of(new Control.Lease(), new Control.Wake(), new Control.Synced(0), new Control.End(0, 0, 0, true));

    private final DatabaseAddress address;
    private final DatabaseAddress workers;
    private final MonitorOptions options;
    private final Path index;
    private final WorkerClasspath classpath;
    private final CompletableFuture<WorkerArchive> archive;
    private final SecureRandom random = new SecureRandom();

    WorkerSpawn(DatabaseAddress address, MonitorOptions options, Path index, WorkerClasspath classpath) {
        this.address = address;
        this.workers = DatabaseAddress.ofWorkers().orElse(address);
        this.options = options;
        this.index = index;
        this.classpath = classpath;
        // Finding it reads some megabytes: meanwhile the monitor takes its seat.
        this.archive = CompletableFuture.supplyAsync(
                () -> WorkerArchive.of(options.home(), classpath.front(), FLAGS), run -> new Thread(run).start());
    }

    /** The archive its workers start with. */
    WorkerArchive archive() {
        return archive.join();
    }

    /** Has the archive made that its workers should start with. */
    Optional<String> train() throws InterruptedException {
        return archive().make((hand, to) -> {
            launch(0, "training", "", hand, false).write(to);
            for (Control word : REHEARSED) {
                to.write((word.line() + "\n").getBytes(StandardCharsets.UTF_8));
            }
        });
    }

    /** A process that has been told what to do. */
    record Spawned(Process process, String nonce, OutputStream control) {}

    /** The registration index that its workers read. */
    Path index() {
        return index;
    }

    /** Where a worker's hand cell is, for this monitor and the next. */
    Path cell(UUID tag) {
        return options.home().folder("run").resolve("worker-" + tag + ".hand");
    }

    Spawned spawn(long worker, UUID tag, @Nullable Integer debugPort, boolean waits) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command(debugPort)).redirectErrorStream(true);
        SECRETS.forEach(builder.environment()::remove);
        address.secretVariables().forEach(builder.environment()::remove);
        workers.secretVariables().forEach(builder.environment()::remove);
        builder.environment().put(ProcessTree.TAG, tag.toString());
        Process process = builder.start();
        killMeFirst(process.pid());
        byte[] nonce = new byte[4];
        random.nextBytes(nonce);
        String text = HexFormat.of().formatHex(nonce);
        OutputStream control = process.getOutputStream();
        try {
            launch(worker, text, WorkerLaunch.session(worker, tag), cell(tag), waits)
                    .write(control);
            control.flush();
        } catch (IOException e) {
            // It died at once; its exit and its last words say why.
            return new Spawned(process, text, OutputStream.nullOutputStream());
        }
        return new Spawned(process, text, control);
    }

    // Its own number and tag stand in its session: by them a login of role rework_worker may write its tasks alone.
    private WorkerLaunch launch(long worker, String nonce, String session, Path hand, boolean waits) {
        Properties properties = workers.properties(worker == 0 ? "training" : "worker:" + worker, session);
        Map<String, String> database = new LinkedHashMap<>();
        properties.stringPropertyNames().forEach(name -> database.put(name, properties.getProperty(name)));
        return new WorkerLaunch(
                workers.url(),
                database,
                worker,
                nonce,
                options.host(),
                options.domain(),
                index.toString(),
                hand.toString(),
                SecretKeys.of(System.getenv(), options.home()).launchText(),
                options.maxRuns(),
                waits,
                options.maxMemoryMb());
    }

    private List<String> command(@Nullable Integer debugPort) {
        List<String> java = new ArrayList<>();
        java.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        java.addAll(FLAGS);
        java.addAll(archive().options());
        if (options.maxMemoryMb() > 0) {
            java.addAll(SHRINKING);
        }
        if (debugPort != null) {
            java.add("-agentlib:jdwp=transport=dt_socket,server=y,suspend=n,quiet=y,address=127.0.0.1:" + debugPort);
        }
        java.addAll(options.jvmOptions());
        List<Path> users = new ArrayList<>(options.classpath());
        users.addAll(RegistrationIndex.read(index).classpath());
        java.add("-cp");
        java.add(classpath.with(users));
        java.add("dev.rework.worker.WorkerMain");
        return inOwnSession(java);
    }

    /** A terminal's Ctrl-C must reach the monitor alone. */
    private static List<String> inOwnSession(List<String> java) {
        List<String> command = new ArrayList<>();
        if (Sessions.SETSID == null) {
            command.addAll(List.of("sh", "-c", "trap '' INT HUP; exec \"$@\"", "sh"));
        } else {
            // It replaces itself by what it starts, since a child of ours leads no group: the pid stays.
            command.add(Sessions.SETSID);
        }
        command.addAll(java);
        return command;
    }

    /** When memory runs out, the kernel should take a worker before a monitor or Postgres. */
    private static void killMeFirst(long pid) {
        try {
            Files.write(
                    Path.of("/proc", Long.toString(pid), "oom_score_adj"), "700".getBytes(StandardCharsets.US_ASCII));
        } catch (IOException noSuchThing) {
            // Another system, or the process is gone.
            return;
        }
    }

    /** Looked up once. */
    private static final class Sessions {
        static final @Nullable String SETSID = find();

        private static @Nullable String find() {
            String path = System.getenv("PATH");
            for (String folder : (path == null ? "/usr/bin:/bin" : path).split(File.pathSeparator)) {
                Path file = Path.of(folder.isEmpty() ? "." : folder, "setsid");
                if (Files.isExecutable(file)) {
                    return file.toString();
                }
            }
            return null;
        }
    }
}
