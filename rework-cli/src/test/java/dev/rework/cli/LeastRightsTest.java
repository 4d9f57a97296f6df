package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.Eventually;
import dev.rework.embedded.TestDatabase;
import dev.rework.sql.Schema;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The whole product, each part of it logged in with its own role and no more. */
@Tag("slow")
class LeastRightsTest {

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    private static final List<String> ROLES = List.of("reader", "submitter", "operator", "worker", "monitor");

    private static final String OPERATIONS = """
            import dev.rework.*;

            public class Chores {
                @Operation public static int twice(Integer n) {
                    System.out.println("I am running");
                    return n * 2;
                }

                @Operation public static int parent(TaskContext task) {
                    return task.rework().schedule("twice", 4, Integer.class).join().output();
                }

                @Operation(retries = 1, backoff = "PT0.2S") public static void bad(TaskContext task) {
                    throw new IllegalStateException("boom");
                }

                @Operation(timeout = "PT1S") public static void late(TaskContext task) throws Exception {
                    Thread.sleep(600_000);
                }

                @Operation public static void slow(TaskContext task) throws Exception {
                    Thread.sleep(600_000);
                }

                @Operation public static void own(String address, TaskContext task) throws Exception {
                    try (var connection = java.sql.DriverManager.getConnection(address)) {
                        connection.setAutoCommit(false);
                        connection.createStatement().execute("insert into public.effect values (" + task.id() + ")");
                        task.saveOutput("both");
                        task.doneIn(connection);
                        connection.commit();
                    }
                    throw new IllegalStateException("it is done already");
                }

                @Operation public static void crash(TaskContext task) {
                    Runtime.getRuntime().halt(7);
                }
            }
            """;

    @TempDir
    Path folder;

    @BeforeAll
    static void makeLogins() throws Exception {
        try (Connection connection = db.connection()) {
            Schema.roles(connection);
        }
        for (String role : ROLES) {
            db.execute("create role " + login(role) + " login password 'least' in role rework_" + role);
        }
        db.execute("create role " + login("stranger") + " login password 'least' in role rework_submitter");
    }

    @AfterAll
    static void dropLogins() {
        db.execute("drop table if exists public.effect");
        for (String role : ROLES) {
            db.execute("drop role " + login(role));
        }
        db.execute("drop role " + login("stranger"));
    }

    private static String login(String role) {
        return "rework_test_" + role + "_" + db.name();
    }

    private static String as(String role) {
        return db.url().replaceFirst("//[^@]*@", "//" + login(role) + ":least@");
    }

    private static Ran wait(String operation, String... options) {
        String[] line = new String[options.length + 6];
        String[] fixed = {"schedule", as("submitter"), operation, "--wait", "--timeout", "PT2M"};
        System.arraycopy(fixed, 0, line, 0, fixed.length);
        System.arraycopy(options, 0, line, fixed.length, options.length);
        return Ran.rework(line);
    }

    @Test
    @DisplayName("S7 the whole product under its least roles")
    @Tag("fault-16")
    @Tag("S7")
    @Tag("S18")
    @Tag("S23")
    void everyPartDoesItsWorkAndNoMore() throws Exception {
        Path source = Files.writeString(folder.resolve("Chores.java"), OPERATIONS);
        assertThat(Ran.rework("register-operations", as("submitter"), source.toString())
                        .code())
                .isNotZero();
        Ran registered = Ran.rework("register-operations", as("operator"), source.toString());
        assertThat(registered.code()).as(registered.err()).isZero();

        Process monitor = Launcher.in(folder.resolve("dist"))
                .start(
                        Map.of(
                                "REWORK_HOME",
                                Ran.HOME.toString(),
                                "REWORK_HOST",
                                Ran.HOST,
                                "REWORK_DB",
                                as("monitor"),
                                "REWORK_WORKER_DB",
                                as("worker")),
                        "monitor");
        try {
            tasksEndAsTheyShould();
            aTaskEndsInATransactionOfItsOwn();
            anotherLoginsTasksAreNotThere();
            operatorsMeddleAndOthersDoNot();
            plansFire();
            monitor.destroy();
            assertThat(monitor.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(monitor.exitValue()).isZero();
        } finally {
            monitor.destroyForcibly().waitFor();
        }
    }

    private static void tasksEndAsTheyShould() {
        Ran twice = wait("twice", "--input", "21");
        assertThat(twice.out()).as(twice.err()).isEqualToIgnoringNewLines("42");
        assertThat(twice.err()).contains("I am running");
        assertThat(wait("parent").out()).isEqualToIgnoringNewLines("8");
        assertThat(wait("bad").code()).isOne();
        assertThat(wait("late").code()).isOne();
        assertThat(wait("crash").code()).isOne();
        assertThat(db.number("select count(*) from rework.attempt a join rework.tasks t on t.id = a.task"
                        + " where t.operation = 'bad'"))
                .isOne();
    }

    /** Over a connection of its own, with the login of workers: it may end what its worker holds. */
    private static void aTaskEndsInATransactionOfItsOwn() {
        db.execute("create table public.effect (task bigint); grant insert on public.effect to " + login("worker"));
        String address =
                db.jdbcUrl() + (db.jdbcUrl().contains("?") ? "&" : "?") + "user=" + login("worker") + "&password=least";
        Ran own = wait("own", "--input", "\"" + address + "\"");
        assertThat(own.out()).as(own.err()).isEqualToIgnoringNewLines("\"both\"");
        assertThat(db.number("select t.id from rework.task t join public.effect e on e.task = t.id"
                        + " where t.state = 'done'"))
                .isPositive();
    }

    private static void anotherLoginsTasksAreNotThere() {
        assertThat(db.number("select count(distinct usename) from pg_stat_activity"
                        + " where datname = current_database() and application_name like 'rework:worker:%'"
                        + " and usename = '" + login("worker") + "'"))
                .isOne();
        assertThat(Ran.rework("log-task", as("submitter"), "1").out()).contains("I am running");
        assertThat(Ran.rework("list-tasks", as("stranger")).out()).isEmpty();
        for (String command : List.of("show-task", "log-task", "retry-task")) {
            assertThat(Ran.rework(command, as("stranger"), "1").code())
                    .as(command)
                    .isEqualTo(5);
        }
    }

    private static void operatorsMeddleAndOthersDoNot() {
        String slow = Ran.rework("schedule", as("submitter"), "slow").out().strip();
        Eventually.isTrue(
                "it runs",
                () -> "running".equals(db.one(String.class, "select state from rework.task where id = " + slow)));
        assertThat(Ran.rework("abort-task", as("submitter"), slow).err()).contains("permission denied");
        assertThat(Ran.rework("abort-task", as("operator"), slow, "--reason", "enough")
                        .code())
                .isZero();
        Eventually.isTrue(
                "it is aborted",
                () -> "aborted".equals(db.one(String.class, "select state from rework.task where id = " + slow)));
        assertThat(db.one(String.class, "select who from rework.audit where target = 'task " + slow + "'"))
                .isEqualTo(login("operator") + "/" + System.getProperty("user.name"));
        assertThat(Ran.rework("retry-task", as("submitter"), slow).code()).isZero();
        assertThat(Ran.rework("list-audit", as("reader"), "--verb", "retry").out())
                .contains(login("submitter") + "/", "retry task " + slow);

        assertThat(Ran.rework("list-tasks", as("reader")).out()).contains("enough");
        assertThat(Ran.rework("list-workers", as("reader")).code()).isZero();
        assertThat(Ran.rework("list-monitors", as("reader")).out()).contains("default");
        assertThat(Ran.rework("log-task", as("reader"), "1").out()).contains("I am running");
        assertThat(Ran.rework("show-task", as("reader"), "1").err()).contains("permission denied");
        assertThat(Ran.rework("schedule", as("reader"), "slow").err()).contains("permission denied");
    }

    private static void plansFire() {
        Ran prepared = Ran.rework("prepare", as("operator"), "twice", "* * * * * *", "--input", "3");
        assertThat(prepared.code()).as(prepared.err()).isZero();
        Eventually.isTrue("two fires", () -> db.number("select fired from rework.plan") >= 2);
        assertThat(Ran.rework("list-scheduled", as("operator"), "-o", "json")
                        .objects()
                        .get(0))
                .containsEntry("input", 3);
        assertThat(Ran.rework("list-scheduled", as("reader"), "-o", "json")
                        .objects()
                        .get(0))
                .containsEntry("operation", "twice")
                .containsEntry("input", null);
        assertThat(Ran.rework("export-scheduled", as("reader"), "--path", "-").err())
                .contains("may not read the inputs");
        Ran launched =
                Ran.rework("launch-scheduled", as("operator"), prepared.out().strip());
        assertThat(launched.code()).as(launched.err()).isZero();
        assertThat(Ran.rework("pause-scheduled", as("reader"), prepared.out().strip())
                        .err())
                .contains("permission denied");
        assertThat(Ran.rework("unprepare", as("operator"), prepared.out().strip())
                        .code())
                .isZero();
    }
}
