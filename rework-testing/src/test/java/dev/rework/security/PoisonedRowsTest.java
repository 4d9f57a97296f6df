package dev.rework.security;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.TaskFilter;
import dev.rework.TaskState;
import dev.rework.embedded.TestDatabase;
import dev.rework.testing.ReworkLab;
import dev.rework.testing.ReworkTest;
import dev.rework.testing.TestMonitor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows that somebody with the right to write them has poisoned: no class is loaded for them, and nothing runs. */
@ReworkTest(operations = SecretOperations.class)
class PoisonedRowsTest {
    // Older servers fail at the difference of two: there the CHECKs alone keep such a row out (SaneRowsTest).
    private static final long SUBTRACTS_INFINITIES = 170_000;

    private static final String GADGET = "dev.rework.security.Gadget";

    @TempDir
    Path folder;

    @Test
    @Tag("S2")
    @Tag("S3")
    void loadNothingAndRunNothing(ReworkLab lab, Rework rework, TestMonitor monitor) throws Exception {
        Path loaded = folder.resolve("loaded");
        monitor.options(options -> options.workers(0, 1)
                .jvmOptions(List.of("-Xlog:class+load=info:file=" + loaded, "-Djava.io.tmpdir=" + folder)));
        TestDatabase db = lab.database();
        List<Long> tasks = new ArrayList<>();
        for (String input : List.of(
                "{\"@class\":\"" + GADGET + "\",\"user\":\"x\",\"password\":\"y\"}",
                "[\"" + GADGET + "\",{\"user\":\"x\",\"password\":\"y\"}]",
                "{\"user\":{\"@class\":\"" + GADGET + "\"},\"password\":\"y\"}",
                "{\"user\":\"x\",\"password\":{\"@type\":\"" + GADGET + "\"}}",
                "{\"user\":\"x\",\"password\":{\"$secret\":\"1.00000000.AAAA\"}}",
                "{\"user\":\"x\",\"password\":{\"$secret\":\"" + GADGET + "\"}}",
                "\"" + GADGET + "\"",
                "[".repeat(5_000) + "]".repeat(5_000),
                "{\"user\":" + "{\"a\":".repeat(1_000) + "1" + "}".repeat(1_000) + ",\"password\":\"y\"}")) {
            tasks.add(db.number(
                    "insert into rework.task (operation, state, input)"
                            + " select id, 'queued', ?::json from rework.operation where name = 'sign_in' returning id",
                    input));
        }
        tasks.add(db.number("insert into rework.task (operation, state, raw_input)"
                + " select id, 'queued', decode('aced00057372', 'hex') from rework.operation where name = 'sign_in'"
                + " returning id"));
        tasks.add(db.number("insert into rework.task (operation, state, input, metadata)"
                + " select id, 'queued', '{\"user\":1}', '{\"@class\":\"" + GADGET + "\"}' from rework.operation"
                + " where name = 'sign_in' returning id"));
        for (long id : tasks) {
            Task<Object> task = rework.find(id).orElseThrow();
            monitor.stepUntilEnd(task);
            assertThat(task.state()).as(task.reason()).isEqualTo(TaskState.FAILED);
            assertThat(task.reason()).containsAnyOf("InvalidInput", "SecretKeyMissing");
        }

        db.execute("update rework.registration set class_name = '" + GADGET
                + "', method_name = 'run', path = '/evil.jar';" + "update rework.operation set description = '" + GADGET
                + "', outputs = '{\"$ref\":\"" + GADGET + "\"}'");
        Task<String> honest = rework.schedule("sign_in", new SecretOperations.Login("joe", "fine"), String.class);
        assertThat(monitor.stepUntilEnd(honest).output()).isEqualTo("joe signed in with 4 characters");
        db.execute("insert into rework.operation (domain, name) values ('default', '" + GADGET + ".run');"
                + "insert into rework.registration (operation, host, class_name, method_name, path, sha256)"
                + " select id, '" + ReworkLab.HOST + "', '" + GADGET + "', 'run', '/evil.jar', '' from rework.operation"
                + " where name = '" + GADGET + ".run';"
                + "insert into rework.task (operation, state) select id, 'queued' from rework.operation"
                + " where name = '" + GADGET + ".run'");
        Task<String> again = rework.schedule("sign_in", new SecretOperations.Login("ann", "fine"), String.class);
        assertThat(monitor.stepUntilEnd(again).output()).isEqualTo("ann signed in with 4 characters");
        assertThat(db.one(String.class, "select state from rework.tasks where operation = '" + GADGET + ".run'"))
                .isEqualTo("queued");

        monitor.close();
        assertThat(Files.readString(loaded))
                .contains("dev.rework.security.SecretOperations")
                .doesNotContain(GADGET);
        assertThat(folder.resolve(Gadget.MARK)).doesNotExist();
    }

    @Test
    @Tag("S1")
    void takeNoListAndNoQueueFromAnybody(ReworkLab lab, Rework rework, TestMonitor monitor) {
        monitor.options(options -> options.workers(0, 1));
        TestDatabase db = lab.database();
        String signIn = "(select id from rework.operation where name = 'sign_in')";
        // Whoever owns the tables can take the CHECKs away, and there are none before 0006.
        db.execute("alter table rework.task drop constraint task_moments;"
                + "alter table rework.worker drop constraint worker_sane;"
                + "alter table rework.plan drop constraint plan_last_fire");
        List<String> poisoned = new ArrayList<>(List.of(
                "run_at) values (%s, 'queued', 'infinity')",
                "run_at) values (%s, 'queued', '-infinity')",
                "run_at) values (%s, 'scheduled', '-infinity')",
                "run_at) values (%s, 'scheduled', 'infinity')",
                "metadata) values (%s, 'scheduled', ('{\"a\":' || repeat('[', 999) || repeat(']', 999) || '}')::jsonb)",
                "metadata) values (%s, 'scheduled', '{\"a\":1e5000}')",
                "progress) values (%s, 'scheduled', '{\"no\":[\"progress\"]}')",
                "worker) values (%s, 'running', -1)"));
        if (db.number("select current_setting('server_version_num')::bigint") >= SUBTRACTS_INFINITIES) {
            poisoned.add("queued, started, finished) values (%s, 'done', 'infinity', '-infinity', 'infinity')");
        }
        for (String rest : poisoned) {
            db.execute("insert into rework.task (operation, state, " + rest.formatted(signIn));
        }
        db.execute("update rework.task set run_at = 'infinity' where state = 'scheduled';"
                + "insert into rework.worker (host, domain, tag, lease)"
                + " values ('x', 'default', gen_random_uuid(), 'infinity');"
                + "insert into rework.attempt (task, attempt, cause, started, finished)"
                + " select max(id), 1, 'nonsense', 'infinity', '-infinity' from rework.task;"
                + "insert into rework.plan (operation, rule, zone, identity, last_fire) values (" + signIn
                + ", 'nonsense', 'UTC', '1', now()), (" + signIn + ", '* * * * *', 'Mars/Phobos', '2', '-infinity')");

        Task<String> honest = rework.schedule("sign_in", new SecretOperations.Login("joe", "fine"), String.class);
        assertThat(monitor.stepUntilEnd(honest).output()).isEqualTo("joe signed in with 4 characters");
        assertThat(rework.tasks(TaskFilter.all())).hasSizeGreaterThan(poisoned.size());
        assertThat(rework.plans()).hasSizeGreaterThan(1);
        assertThat(monitor.said()).noneMatch(line -> line.contains("is tried again"));
        db.execute("delete from rework.attempt; delete from rework.task where id <> " + honest.id()
                + "; delete from rework.worker where host = 'x'; delete from rework.plan");
        monitor.close();
    }
}
