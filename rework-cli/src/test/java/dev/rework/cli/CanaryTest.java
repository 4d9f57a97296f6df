package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A password and a secret go through everything, and are looked for wherever they could have been left: arguments and
 * environments of all processes, rows, output, files, errors.
 */
@Tag("slow")
class CanaryTest {
    private static final String PASSWORD = "pw-c4n4ry-7731";
    private static final String SECRET = "secret-c4n4ry-4242";

    private static final String OPERATIONS = """
            import dev.rework.*;
            import java.nio.file.*;

            public class Vault {
                public record Login(String user, @Secret String password) {}

                @Operation public static String hold(Login login, TaskContext task) throws Exception {
                    System.out.println("I was given " + login.password());
                    Process child = new ProcessBuilder("sleep", "600").inheritIO().start();
                    try {
                        Path go = Path.of(login.user());
                        while (!Files.exists(go)) { Thread.sleep(20); }
                    } finally {
                        child.destroyForcibly();
                    }
                    throw new IllegalStateException("not " + login.password());
                }

                @Operation public static void burst(Login login) {
                    java.util.List<byte[]> all = new java.util.ArrayList<>();
                    while (true) { all.add(new byte[1 << 20]); }
                }
            }
            """;

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    static Path folder;

    @BeforeAll
    static void aLogin() {
        db.execute("create role " + login() + " login superuser password '" + PASSWORD + "'");
    }

    @AfterAll
    static void dropLogin() {
        db.execute("drop role " + login());
    }

    private static String login() {
        return "rework_test_canary_" + db.name();
    }

    private static Map<String, String> environment() {
        return Map.of("REWORK_HOME", folder.resolve("home").toString(), "REWORK_HOST", "here");
    }

    private Launcher launcher;
    private final List<String> said = new ArrayList<>();

    private Ran rework(String command, String... options) {
        List<String> line = new ArrayList<>(List.of(command, address()));
        line.addAll(List.of(options));
        Ran ran = Launcher.ran(launcher.start(environment(), line.toArray(String[]::new)));
        said.add(command + ": " + ran.out() + ran.err());
        return ran;
    }

    private static String address() {
        return db.url().replaceFirst("//[^@]*@", "//" + login() + ":" + PASSWORD + "@");
    }

    @Test
    @Tag("S5")
    @Tag("S15")
    @Tag("S24")
    void theyAreFoundNowhere() throws Exception {
        launcher = Launcher.in(folder.resolve("dist"));
        Path source = Files.writeString(folder.resolve("Vault.java"), OPERATIONS);
        Path secret = Files.writeString(folder.resolve("typed"), SECRET);
        Path go = folder.resolve("go");
        assertThat(Launcher.ran(launcher.start(environment(), "make-secret-key"))
                        .code())
                .isZero();
        assertThat(rework("register-operations", source.toString()).code()).isZero();
        Path log = folder.resolve("monitor.out");
        Process monitor = monitor(log);
        try {
            String held = rework("schedule", "hold", "--input", "user=" + go, "--secret", "password=" + secret)
                    .out()
                    .strip();
            Eventually.isTrue(
                    "it runs",
                    Duration.ofSeconds(90),
                    () -> "running".equals(db.one(String.class, "select state from rework.task where id = " + held)));
            Eventually.isTrue(
                    "its child too",
                    Duration.ofSeconds(90),
                    () -> monitor.descendants().count() >= 2);
            processesAreClean(monitor);
            nobodyListens(monitor);
            Files.writeString(go, "");
            String burst = rework("schedule", "burst", "--input", "user=x", "--secret", "password=" + secret)
                    .out()
                    .strip();
            Eventually.isTrue(
                    "both failed",
                    Duration.ofSeconds(90),
                    () -> db.number("select count(*) from rework.task where state = 'failed' and id in (" + held + ", "
                                    + burst + ")")
                            == 2);
            for (String command : List.of("show-task", "log-task")) {
                rework(command, held);
                rework(command, held, "-o", "json");
                rework(command, burst);
            }
            rework("retry-task", held);
            rework("doctor");
            said.add(Launcher.ran(launcher.start(
                            environment(), "list-tasks", address().replace("@", "x@")))
                    .err());
        } finally {
            monitor.destroy();
            assertThat(monitor.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
        said.add(Files.readString(log));
        assertThat(said).noneMatch(text -> text.contains("c4n4ry-7731") || text.contains("c4n4ry-4242"));
        assertThat(rows()).contains("$secret", "I was given ***").doesNotContain("c4n4ry-7731", "c4n4ry-4242");
        filesAreClean(secret);
    }

    private Process monitor(Path log) throws IOException {
        Path script = launcher.script();
        ProcessBuilder builder = new ProcessBuilder(
                        script.toString(),
                        "monitor",
                        address(),
                        "--maxworkers",
                        "1",
                        "--jvm-option=-Xmx64m",
                        "--jvm-option=-XX:+HeapDumpOnOutOfMemoryError",
                        "--jvm-option=-XX:HeapDumpPath=" + Files.createDirectories(folder.resolve("dumps")),
                        "--grace",
                        "PT5S")
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        builder.environment().keySet().removeIf(name -> name.startsWith("REWORK") || name.startsWith("PG"));
        builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
        builder.environment().putAll(environment());
        return builder.start();
    }

    private static void processesAreClean(Process monitor) {
        List<ProcessHandle> all = new ArrayList<>(List.of(monitor.toHandle()));
        monitor.descendants().forEach(all::add);
        assertThat(all).as("monitor, worker, the task's child").hasSizeGreaterThanOrEqualTo(3);
        for (ProcessHandle process : all) {
            for (String place : List.of("cmdline", "environ")) {
                assertThat(read(process, place))
                        .as(place + " of " + process.info())
                        .doesNotContain("c4n4ry-");
            }
        }
    }

    private static String read(ProcessHandle process, String place) {
        try {
            Path file = Path.of("/proc", String.valueOf(process.pid()), place);
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (IOException gone) {
            return "";
        }
    }

    /** No socket of these processes listens: their inodes are in no line of the kernel's lists with state 0A. */
    private static void nobodyListens(Process monitor) throws IOException {
        Set<String> listening = new TreeSet<>();
        for (String list : List.of("/proc/net/tcp", "/proc/net/tcp6")) {
            if (Files.exists(Path.of(list))) {
                Files.readAllLines(Path.of(list)).stream()
                        .map(line -> line.strip().split("\\s+"))
                        .filter(fields -> fields.length > 9 && fields[3].equals("0A"))
                        .forEach(fields -> listening.add("socket:[" + fields[9] + "]"));
            }
        }
        assertThat(listening).as("Postgres listens at least").isNotEmpty();
        List<ProcessHandle> all = new ArrayList<>(List.of(monitor.toHandle()));
        monitor.descendants().forEach(all::add);
        for (ProcessHandle process : all) {
            try (Stream<Path> open = Files.list(Path.of("/proc", String.valueOf(process.pid()), "fd"))) {
                assertThat(open.map(CanaryTest::target)).noneMatch(listening::contains);
            } catch (IOException gone) {
                continue;
            }
        }
    }

    private static String target(Path link) {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (IOException gone) {
            return "";
        }
    }

    private static String rows() {
        StringBuilder all = new StringBuilder();
        for (String table : String.valueOf(db.one(String.class, """
                        select string_agg(relname, ' ')
                          from pg_class
                         where relnamespace = 'rework'::regnamespace and relkind in ('r', 'p', 'v')
                        """)).split(" ")) {
            all.append(db.one(String.class, "select string_agg(t::text, ' ') from rework." + table + " t"));
        }
        return all.toString();
    }

    /** All that was left in the home and beside it, names included, but for the dump of the heap that was asked for. */
    private static void filesAreClean(Path typed) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.toList()) {
                assertThat(file.toString()).doesNotContain("c4n4ry");
                boolean text = Files.isRegularFile(file) && !file.equals(typed) && Files.size(file) < 8 << 20;
                if (text && !file.toString().endsWith(".hprof")) {
                    String content = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                    assertThat(content.contains("c4n4ry-7731") || content.contains("c4n4ry-4242"))
                            .as(file.toString())
                            .isFalse();
                }
            }
        }
    }
}
