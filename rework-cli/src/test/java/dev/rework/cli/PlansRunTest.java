package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class PlansRunTest {
    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    Path folder;

    private static final String OPERATIONS = """
            import dev.rework.*;

            public class Counting {
                public record Sum(int a, @Default("40") int b) {}

                @Operation
                public static int add(Sum sum, TaskContext task) {
                    System.out.println("for " + task.metadata().get("user"));
                    return sum.a() + sum.b();
                }

                @Operation(domain = "default", cron = "* * * * * *")
                public static void tick() {}
            }
            """;

    @Test
    @DisplayName("C17 plans with typed inputs and declared ones fire through a monitor, and their tasks succeed")
    @Tag("slow")
    void plansFireThroughAMonitor() throws Exception {
        Path source = Files.writeString(folder.resolve("Counting.java"), OPERATIONS);
        assertThat(Ran.rework("register-operations", db.url(), source.toString())
                        .out())
                .isEqualTo("registered 2 new operation (0 already known)\n");
        Ran prepared =
                Ran.rework("prepare", db.url(), "add", "* * * * * *", "--input", "a=2", "--metadata", "user=Joe");
        assertThat(prepared.err()).isEmpty();
        Process monitor = monitor();
        try {
            Eventually.isTrue("tasks of both plans are done", () -> done("add") > 1 && done("tick") > 1);
        } finally {
            monitor.destroy();
            assertThat(monitor.waitFor(60, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(db.number("select count(*) from rework.task t join rework.operation o on o.id = t.operation"
                        + " where t.state = 'done' and o.name = 'add' and t.output::text <> '42'"))
                .isZero();
        long task = db.number("select min(id) from rework.task where state = 'done' and output::text = '42'");
        assertThat(Ran.rework("log-task", db.url(), "" + task).out()).contains("for Joe");
    }

    private static long done(String operation) {
        return db.number(
                "select count(*) from rework.task t join rework.operation o on o.id = t.operation"
                        + " where o.name = ? and t.state = 'done'",
                operation);
    }

    private Process monitor() throws Exception {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                "dev.rework.cli.Main",
                "monitor",
                "--host",
                Ran.HOST,
                "--maxworkers",
                "1",
                "--grace",
                "PT5S");
        builder.environment().put("REWORK_DB", db.url());
        builder.environment()
                .put(
                        "REWORK_HOME",
                        Path.of("target", "cli-test-home").toAbsolutePath().toString());
        builder.redirectErrorStream(true)
                .redirectOutput(folder.resolve("monitor.log").toFile());
        return builder.start();
    }
}
