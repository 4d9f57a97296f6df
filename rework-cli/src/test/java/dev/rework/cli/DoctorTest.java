package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.TestDatabase;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class DoctorTest {
    @RegisterExtension
    static final TestDatabase DB = new TestDatabase();

    @AfterEach
    void empty() {
        DB.execute("truncate rework.task, rework.registration, rework.operation, rework.monitor cascade");
    }

    private static Ran doctor(String... options) {
        String[] line = new String[options.length + 2];
        line[0] = "doctor";
        line[1] = DB.url();
        System.arraycopy(options, 0, line, 2, options.length);
        return Ran.rework(line);
    }

    private static List<Map<String, Object>> problems(Ran ran) {
        return ran.objects().stream()
                .filter(finding -> Objects.equals(finding.get("verdict"), "problem"))
                .toList();
    }

    @Test
    void aSoundDatabaseHasNoProblem() {
        Rows.operation(DB, "default", "hello", null);
        Rows.monitor(DB, "default", "1 hour");
        Ran ran = doctor();
        assertThat(ran.out())
                .contains("connection: ")
                .contains("version: Postgres ")
                .contains("clock: ")
                .contains("listen: a notification came back")
                .contains("schema: ")
                .contains("rights: ")
                .contains("monitors: default on here");
        assertThat(ran.out()).doesNotContain(DB.password().isEmpty() ? "\u0000" : DB.password());
        assertThat(ran.code()).isZero();
    }

    @Test
    void findingsHaveTheirKeysAndEachProblemItsRemedy() {
        Rows.monitor(DB, "images", "-1 hour");
        Rows.queued(DB, Rows.operation(DB, "default", "hello", null));
        Ran ran = doctor("-o", "json");
        assertThat(ran.code()).isOne();
        assertThat(ran.objects())
                .allSatisfy(finding ->
                        assertThat(finding.keySet()).containsExactly("check", "verdict", "message", "remedy"));
        assertThat(problems(ran))
                .hasSize(2)
                .allSatisfy(problem -> assertThat(problem.get("remedy")).isNotNull());
    }

    @Test
    void aSilentMonitorIsAProblem() {
        long id = Rows.monitor(DB, "images", "-1 hour");
        Ran ran = doctor();
        assertThat(ran.code()).isOne();
        assertThat(ran.out()).contains("stale monitor: monitor " + id + " (4711@here, domain images)");
    }

    @Test
    void anOperationThatNobodyServesIsAProblemWhenTasksWaitForIt() {
        long operation = Rows.operation(DB, "default", "hello", null);
        assertThat(doctor().code()).isZero();
        Rows.queued(DB, operation);
        Ran unserved = doctor();
        assertThat(unserved.code()).isOne();
        assertThat(unserved.out())
                .contains("`hello` (domain default) wait")
                .contains("rework monitor --domain default");
        DB.execute("update rework.registration set retired_at = clock_timestamp()");
        assertThat(doctor().out()).contains("no host has it registered any more");
    }

    @Test
    void tasksForAHostWithoutMonitorAreAProblem() {
        long operation = Rows.operation(DB, "default", "hello", null);
        Rows.monitor(DB, "default", "1 hour");
        long task = Rows.queued(DB, operation);
        assertThat(doctor().code()).isZero();
        DB.update("update rework.task set host = 'h9' where id = ?", task);
        Ran ran = doctor();
        assertThat(ran.code()).isOne();
        assertThat(ran.out()).contains("wait for host h9, which has not registered it");
        DB.update("insert into rework.registration (operation, host, class_name, method_name, path, sha256)"
                + " select operation, 'h9', class_name, method_name, path, sha256 from rework.registration");
        Ran registered = doctor();
        assertThat(registered.code()).isOne();
        assertThat(registered.out()).contains("wait for host h9, where no monitor of domain default runs");
    }

    @Test
    void aMonitorOnAHostThatRegisteredNothingIsAProblem() {
        long monitor = Rows.monitor(DB, "default", "1 hour");
        Ran ran = doctor();
        assertThat(ran.code()).isOne();
        assertThat(ran.out())
                .contains("monitor " + monitor + " runs on here, which has registered no operation of domain default")
                .contains("rework register-operations PATH --host here");
    }

    @Test
    void aDomainWithoutAMonitorIsSaidInWords() {
        Rows.operation(DB, "images", "resize", null);
        Ran ran = doctor();
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("no monitor of domain images runs; operations it has registered: 1");
    }

    @Test
    void tasksThatAreDueAndThatNobodyQueuesAreAProblem() {
        long task = Rows.queued(DB, Rows.operation(DB, "default", "hello", null));
        DB.update(
                "update rework.task set state = 'scheduled', run_at = clock_timestamp() - interval '1 min' where id = ?",
                task);
        Ran ran = doctor();
        assertThat(ran.code()).isOne();
        assertThat(ran.out()).contains("overdue: 1 tasks of domain default are due, since ");
        assertThat(Ran.rework("list-tasks", DB.url()).out())
                .contains("scheduled", " due [")
                .endsWith(" waiting: no monitor of domain default runs on here\n");
    }

    @Test
    void aMissingSchemaIsAProblemWithItsRemedy() throws Exception {
        TestDatabase bare = TestDatabase.empty().create("doctor");
        try {
            Ran ran = Ran.rework("doctor", bare.url());
            assertThat(ran.code()).isOne();
            assertThat(ran.out()).contains("problem schema").contains("rework init-db");
        } finally {
            bare.drop();
        }
    }

    @Test
    void aServerOutOfReachIsAProblem() {
        Ran ran = Ran.rework("doctor", "postgres://babar:s3cret@127.0.0.1:1/x");
        assertThat(ran.code()).isOne();
        assertThat(ran.out()).contains("problem connection").doesNotContain("s3cret");
    }
}
