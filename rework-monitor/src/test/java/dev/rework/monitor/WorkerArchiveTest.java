package dev.rework.monitor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.ReworkHome;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.spi.ToolProvider;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class WorkerArchiveTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    private static Path jars;

    private static List<Path> front;

    @TempDir
    private Path folder;

    private ReworkHome home;

    @BeforeAll
    static void packOurs() {
        front = new ArrayList<>();
        for (Path part : WorkerClasspath.ofThisProcess().front()) {
            front.add(Files.isDirectory(part) ? packed(part, jars.resolve(front.size() + ".jar")) : part);
        }
    }

    @BeforeEach
    void findHome() {
        home = new ReworkHome(folder.resolve("home"));
    }

    private static Path packed(Path classes, Path jar) {
        int code = ToolProvider.findFirst("jar")
                .orElseThrow()
                .run(System.out, System.err, "cf", jar.toString(), "-C", classes.toString(), ".");
        assertThat(code).isZero();
        return jar;
    }

    private WorkerSpawn spawn(List<Path> ours) {
        return spawn(db.url(TestDatabase.Part.MONITOR), home, ours);
    }

    private static WorkerSpawn spawn(String address, ReworkHome home, List<Path> ours) {
        MonitorOptions options =
                MonitorOptions.of("archives", "here").workers(1, 1).home(home).build();
        return new WorkerSpawn(
                DatabaseAddress.parse(address),
                options,
                home.path().resolve("none.index"),
                new WorkerClasspath(ours, List.of()));
    }

    private List<String> left() {
        try (Stream<Path> files = Files.list(home.path().resolve("archives"))) {
            return files.map(file -> file.getFileName().toString()).toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isUsed(WorkerArchive archive) {
        return archive.options().stream().anyMatch(option -> option.matches(".*(AOTCache|SharedArchiveFile)=.*"));
    }

    @Test
    void workersLoadOurClassesFromItOnceItIsMade() throws Exception {
        WorkerSpawn first = spawn(front);
        assertThat(first.archive().isMissing()).isTrue();
        assertThat(isUsed(first.archive())).isFalse();
        trained(first);
        assertThat(isUsed(first.archive())).isTrue();
        assertThat(left()).hasSize(1);

        WorkerArchive next = spawn(front).archive();
        assertThat(next.isMissing()).isFalse();
        List<String> options = new ArrayList<>(next.options());
        options.add("-Xlog:class+load:file=" + folder.resolve("loaded"));
        assertThat(run(options)).isZero();
        assertThat(Files.readAllLines(folder.resolve("loaded")))
                .anyMatch(line -> line.contains("dev.rework.worker.WorkerMain source: shared objects file"));
    }

    /** Without anything to do: a worker that is told nothing ends at once. */
    private int run(List<String> options) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:+UseSerialGC");
        command.addAll(options);
        command.addAll(List.of("-cp", WorkerClasspath.joined(front), "dev.rework.worker.WorkerMain"));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("words").toFile())
                .start();
        process.getOutputStream().close();
        process.waitFor();
        String words = Files.readString(folder.resolve("words"));
        assertThat(words).contains("the monitor went away before it said what to do");
        return process.exitValue() == 1 ? 0 : process.exitValue();
    }

    /** Training is nicer than all else here, so that its login may take longer than a server waits for one. */
    private static void trained(WorkerSpawn spawn) {
        Eventually.isTrue("an archive is made", () -> spawn.train().isEmpty());
    }

    @Test
    void otherContentsOfAJarAreAnotherArchive() throws Exception {
        trained(spawn(front));
        Path other = folder.resolve("other.jar");
        Files.copy(front.get(0), other);
        List<Path> changed = new ArrayList<>(front);
        changed.set(0, other);
        assertThat(spawn(changed).archive().isMissing()).isTrue();
        assertThat(spawn(front).archive().isMissing()).isFalse();
    }

    @Test
    void oneThatIsNotWholeIsNotUsedButMadeAnew() throws Exception {
        trained(spawn(front));
        Path file = home.path().resolve("archives").resolve(left().get(0));
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2]++;
        assertThat(file.toFile().setWritable(true)).isTrue();
        Files.write(file, bytes);
        WorkerSpawn next = spawn(front);
        assertThat(isUsed(next.archive())).isFalse();
        assertThat(next.archive().isMissing()).isTrue();
        trained(next);
        assertThat(isUsed(next.archive())).isTrue();
    }

    @Test
    void manyMonitorsAtOnceMakeOne() throws Exception {
        ExecutorService monitors = Executors.newFixedThreadPool(8);
        try {
            List<Callable<Optional<String>>> all = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                all.add(() -> spawn(front).train());
            }
            for (var done : monitors.invokeAll(all)) {
                assertThat(done.get()).isEmpty();
            }
        } finally {
            monitors.shutdownNow();
        }
        assertThat(left()).singleElement().asString().matches("worker-[0-9a-f]{24}-[0-9a-f]{8}\\.(jsa|aot)");
    }

    @Test
    void whatAKilledMonitorWasMakingIsMadeByTheNextAtOnce() throws Exception {
        Process maker = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "dev.rework.monitor.WorkerArchiveTest$Maker",
                        db.url(TestDatabase.Part.MONITOR),
                        home.path().toString(),
                        WorkerClasspath.joined(front))
                .inheritIO()
                .start();
        try {
            Eventually.isTrue("it is at it", () -> left().stream().anyMatch(name -> name.endsWith(".making")));
            WorkerSpawn beside = spawn(front);
            assertThat(beside.train()).isEmpty();
            assertThat(isUsed(beside.archive())).isFalse();
        } finally {
            // Its training goes on, alone: that is no reason to wait.
            maker.destroyForcibly().waitFor();
        }
        assertThat(left()).anyMatch(name -> name.endsWith(".making"));
        Eventually.isTrue("the next makes it", () -> {
            WorkerSpawn next = spawn(front);
            return next.train().isEmpty() && isUsed(next.archive());
        });
    }

    /** A monitor that makes one. Arguments: address, home, our jars. */
    static final class Maker {
        public static void main(String[] args) throws InterruptedException {
            List<Path> ours =
                    Stream.of(args[2].split(File.pathSeparator)).map(Path::of).toList();
            spawn(args[0], new ReworkHome(Path.of(args[1])), ours).train();
        }
    }

    @Test
    void whereNothingCanBeWrittenWorkersStartWithout() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        home = new ReworkHome(file.resolve("home"));
        WorkerArchive archive = spawn(front).archive();
        assertThat(archive.isMissing()).isFalse();
        assertThat(isUsed(archive)).isFalse();
    }

    @Test
    void classFoldersHaveNone() {
        Path classes = folder.resolve("classes");
        assertThat(classes.toFile().mkdirs()).isTrue();
        assertThat(spawn(List.of(classes)).archive().isMissing()).isFalse();
    }

    @Test
    void oneThatKillsAWorkerAtItsStartIsGone() throws Exception {
        WorkerSpawn spawn = spawn(front);
        trained(spawn);
        spawn.archive().blame();
        assertThat(isUsed(spawn.archive())).isFalse();
        assertThat(spawn.archive().isMissing()).isFalse();
        assertThat(left()).isEmpty();
    }
}
