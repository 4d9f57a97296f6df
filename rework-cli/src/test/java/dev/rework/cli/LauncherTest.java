package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class LauncherTest {
    private static final String CANARY = "canary-5up3r-s3cret";

    @RegisterExtension
    static final TestDatabase DB = new TestDatabase();

    @TempDir
    static Path folder;

    private static Launcher launcher;

    @BeforeAll
    static void distribution() throws IOException {
        launcher = Launcher.in(folder.resolve("dist with a space"));
    }

    private static Map<String, String> home() {
        return Map.of("REWORK_HOME", folder.resolve("home").toString(), "REWORK_HOST", "here");
    }

    private static Ran rework(String... arguments) {
        return Launcher.ran(launcher.start(home(), arguments));
    }

    @Test
    void startsFromAnyFolderAndThroughLinks() throws IOException {
        Path first = Files.createSymbolicLink(folder.resolve("first"), launcher.script());
        Path second = Files.createSymbolicLink(
                Files.createDirectories(folder.resolve("elsewhere")).resolve("rw"), Path.of("../first"));
        for (Path script : List.of(launcher.script(), first, second)) {
            Ran ran = Launcher.ran(Launcher.start(script, home(), "--version"));
            assertThat(ran.err()).isEmpty();
            assertThat(ran.out()).startsWith("rework ");
            assertThat(ran.code()).isZero();
        }
    }

    @Test
    void argumentsArriveAsTheyWereGiven() {
        Rows.operation(DB, "default", "as-given", null);
        String text = "\"a  b $HOME `x` 'q' \\\\ é€ 漢字 *\"";
        Ran ran = rework("schedule", DB.url(), "as-given", "--input", text);
        assertThat(ran.err()).isEmpty();
        assertThat(DB.one(
                        Boolean.class,
                        "select input::jsonb = ?::jsonb from rework.task where id = ?",
                        text,
                        Long.parseLong(ran.out().strip())))
                .isTrue();
    }

    @Test
    void exitCodesComeThrough() {
        assertThat(rework("show-task", DB.url(), "4711").code()).isEqualTo(5);
        assertThat(rework("no-such-command").code()).isEqualTo(2);
        assertThat(rework("list-tasks", "postgres://u:p@127.0.0.1:1/x").code()).isEqualTo(3);
    }

    @Test
    @DisplayName("W41 a password stands in no arguments and no environment")
    @Tag("S5")
    void aPasswordStandsInNoArgumentsAndNoEnvironment() throws Exception {
        Rows.operation(DB, "default", "watched", null);
        long task = Rows.running(DB, DB.number("select id from rework.operation where name = 'watched'"), 1);
        String address =
                DB.url().replaceFirst("\\?.*", "").replaceFirst("^postgres", "PostGRES") + "?ApplicationName=" + CANARY;
        Process following = launcher.start(home(), "log-task", address, String.valueOf(task), "-f");
        try {
            Eventually.isTrue(
                    "the session",
                    () -> DB.number("select count(*) from pg_stat_activity where application_name like ?", "%") > 1
                            && isJava(following.toHandle()));
            for (String place : List.of("cmdline", "environ")) {
                assertThat(read(following.pid(), place)).as(place).doesNotContain(CANARY);
            }
        } finally {
            Rows.done(DB, task, null);
            assertThat(following.waitFor(120, TimeUnit.SECONDS)).isTrue();
        }
    }

    private static boolean isJava(ProcessHandle process) throws IOException {
        return read(process.pid(), "cmdline").contains("dev.rework.cli.Main");
    }

    private static String read(long pid, String file) throws IOException {
        return new String(Files.readAllBytes(Path.of("/proc", String.valueOf(pid), file)), StandardCharsets.UTF_8);
    }

    @Test
    void whatLooksLikeItsOwnWordIsAnArgumentLikeOthers() {
        for (String word : List.of("@fd3:1", "@fd3:x", "@fd3:77")) {
            Ran ran = rework("list-tasks", DB.url(), "--state", word.replace("1", "2"));
            assertThat(ran.code()).isEqualTo(2);
            assertThat(ran.err()).contains("@fd3").doesNotContain("Exception", "\tat ");
        }
        assertThat(rework("show-task", "@fd3:1").err()).doesNotContain("Exception", "\tat ");
    }

    @Test
    void anAddressThatIsNoUtf8IsRefusedInOneLine() throws Exception {
        // Java itself could not hand these bytes on as an argument.
        Process shell = new ProcessBuilder(
                        "sh",
                        "-c",
                        "exec \"$0\" list-tasks \"$(printf 'postgres://u\\377:" + CANARY + "@127.0.0.1:1/x')\"",
                        launcher.script().toString())
                .start();
        Ran ran = Launcher.ran(shell);
        assertThat(ran.code()).isEqualTo(3);
        assertThat(ran.err()).startsWith("rework: ").doesNotContain("Exception", "\tat ", CANARY);
    }

    @Test
    void anAddressOfSeveralLinesIsRefusedBeforeAnythingStarts() {
        Ran ran = rework("list-tasks", "postgres://u:" + CANARY + "\n@127.0.0.1:1/x");
        assertThat(ran.code()).isEqualTo(2);
        assertThat((ran.out() + ran.err()).strip())
                .isEqualTo("rework: an address is one line, and this one has several");
    }

    @Test
    void severalAddressesAreKeptApart() {
        Ran ran = rework("list-tasks", "--db=" + DB.url(), "postgres://other:" + CANARY + "@127.0.0.1:1/x");
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("two databases").doesNotContain(CANARY);
        assertThat(rework("list-tasks", "--db=" + DB.url()).code()).isZero();
    }

    @Test
    @Tag("slow")
    void theStartArchiveIsMadeOnceAndHarmless() throws IOException {
        Launcher own = Launcher.in(folder.resolve("archived"));
        Ran first = Launcher.ran(own.start(home(), "list-tasks", DB.url()));
        assertThat(first.code()).isZero();
        Path start = own.lib().resolveSibling("start");
        Eventually.isTrue(
                "an archive",
                () -> archives(start).size() == 1
                        && archives(start).get(0).toString().endsWith(".jsa"));
        Ran second = Launcher.ran(own.start(home(), "list-tasks", DB.url()));
        assertThat(second).isEqualTo(first);
        assertThat(archives(start)).hasSize(1);
    }

    private static List<Path> archives(Path start) throws IOException {
        if (!Files.isDirectory(start)) {
            return List.of();
        }
        try (var files = Files.list(start)) {
            return new ArrayList<>(files.toList());
        }
    }

    @Test
    void theClassPathServesASingleFileProgram() throws Exception {
        Path program = Files.writeString(folder.resolve("Names.java"), """
                import dev.rework.TaskState;
                class Names {
                    public static void main(String[] arguments) { System.out.println(TaskState.DONE); }
                }
                """);
        String classpath = rework("classpath").out().strip();
        Process java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classpath,
                        program.toString())
                .start();
        assertThat(Launcher.ran(java).out()).isEqualTo("DONE\n");
    }
}
