package dev.rework.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rework.InvalidInput;
import dev.rework.LogLine;
import dev.rework.Rework;
import dev.rework.SecretKeyMissing;
import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.embedded.TestDatabase;
import dev.rework.internal.ClientOptions;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.KeyRing;
import dev.rework.internal.ReworkHome;
import dev.rework.internal.SecretKeys;
import dev.rework.security.SecretOperations.Access;
import dev.rework.security.SecretOperations.Login;
import dev.rework.testing.InThread;
import dev.rework.testing.ReworkLab;
import dev.rework.testing.ReworkTest;
import dev.rework.testing.TestMonitor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Inputs that only the running operation may see. */
@ReworkTest(operations = SecretOperations.class)
class SecretsTest {
    private static final String CANARY = "c4n4ry \"quoted\" é/+ secret";

    @TempDir
    Path elsewhere;

    private static Rework client(ReworkLab lab, Map<String, String> environment, Path home) {
        return Rework.open(ClientOptions.unpooled(DatabaseAddress.parse(lab.url()), "test")
                .with(SecretKeys.of(environment, new ReworkHome(home))));
    }

    /** Every row of every table of ours, as text. */
    private static String rows(TestDatabase database) {
        StringBuilder all = new StringBuilder();
        for (String table : database.one(String.class, """
                        select string_agg(relname, ' ')
                          from pg_class
                         where relnamespace = 'rework'::regnamespace and relkind in ('r', 'p', 'v')
                        """).split(" ")) {
            all.append(database.one(String.class, "select string_agg(t::text, ' ') from rework." + table + " t"));
        }
        return all.toString();
    }

    @Test
    @Tag("S15")
    void onlyTheRunningOperationSeesThem(ReworkLab lab, Rework rework, InThread inThread) {
        // begin scheduled
        Task<String> task = rework.schedule("sign_in", new Login("joe", "correct horse"), String.class);
        // end scheduled
        assertThat(inThread.run(task).output()).isEqualTo("joe signed in with 13 characters");
        Task<Object> deep = rework.schedule(
                "digest_secrets", new Access("here", new Login("joe", CANARY), List.of("one" + CANARY, "two")));
        assertThat(inThread.run(deep).output(String.class)).hasSize(64);

        assertThat(rows(lab.database())).contains("$secret", "joe").doesNotContain("correct horse", "c4n4ry");
        assertThat(lab.database().one(String.class, "select input::text from rework.task where id = ?", task.id()))
                .matches("\\{\"user\":\"joe\",\"password\":\\{\"\\$secret\":\"1\\.[0-9a-f]{8}\\.[\\w-]+\"}}");
    }

    @Test
    @Tag("S15")
    void aRetryAChildAndAPlanHandThemOnSealed(ReworkLab lab, Rework rework, InThread inThread, TestMonitor monitor) {
        Task<String> first = inThread.run(rework.schedule("sign_in", new Login("ann", CANARY), String.class));
        assertThat(inThread.run(first.retry()).output()).isEqualTo(first.output());

        Task<Object> parent = rework.schedule("hand_on", new Login("ann", CANARY));
        monitor.stepUntilEnd(parent);
        assertThat(parent.output(String.class)).isEqualTo("ann signed in with 26 characters");
        monitor.close();

        long plan = rework.prepare("sign_in", "0 0 1 1 *")
                .input(new Login("ann", CANARY))
                .save()
                .id();
        assertThat(rework.prepare("sign_in", "0 0 1 1 *")
                        .input(new Login("ann", CANARY))
                        .save()
                        .id())
                .isEqualTo(plan);
        assertThat(rework.prepare("sign_in", "0 0 1 1 *")
                        .input(new Login("ann", "another"))
                        .save()
                        .id())
                .isNotEqualTo(plan);
        Task<Object> fired = rework.runPlan(plan).orElseThrow();
        assertThat(inThread.run(fired).output(String.class)).isEqualTo("ann signed in with 26 characters");
        assertThat(rows(lab.database())).doesNotContain("c4n4ry");
    }

    @Test
    @Tag("S15")
    void whatATaskSaysIsWithoutThem(ReworkLab lab, Rework rework, TestMonitor monitor) {
        Task<Object> done = rework.schedule("babble", new Login("joe", CANARY));
        monitor.stepUntilEnd(done);
        Task<Object> failed = rework.schedule("babble", new Login("failing", CANARY));
        monitor.stepUntilEnd(failed);

        assertThat(done.output()).isEqualTo(Map.of("echo", "it was ***"));
        assertThat(failed.state()).isEqualTo(TaskState.FAILED);
        assertThat(failed.error()).contains("refused ***", "IllegalArgumentException: ***");
        assertThat(done.logs())
                .extracting(LogLine::line)
                .contains("printed ***", "in two ***", "base64 ***", "logged ***", "child says ***");
        assertThat(rows(lab.database())).doesNotContain("c4n4ry");
        assertThat(monitor.said()).noneMatch(line -> line.contains("c4n4ry"));
        monitor.close();
    }

    @Test
    @Tag("S15")
    void withoutAKeyNothingIsMadeAndTheErrorSaysWhatToDo(ReworkLab lab) {
        long before = lab.database().number("select count(*) from rework.task");
        try (Rework keyless = client(lab, Map.of(), elsewhere)) {
            assertThatThrownBy(() -> keyless.schedule("sign_in", new Login("joe", CANARY)))
                    .isInstanceOf(SecretKeyMissing.class)
                    .hasMessage("`sign_in` takes a secret, `password`, and there is no key to seal it with ("
                            + elsewhere.resolve("secret.key")
                            + "): rework make-secret-key makes one, or name its file in REWORK_SECRET_KEY_FILE");
            assertThatThrownBy(() -> keyless.scheduleAll("sign_in", List.of(new Login("joe", CANARY))))
                    .isInstanceOf(SecretKeyMissing.class);
            assertThatThrownBy(() -> keyless.prepare("sign_in", "* * * * *")
                            .input(new Login("joe", CANARY))
                            .save())
                    .isInstanceOf(SecretKeyMissing.class);
        }
        assertThat(lab.database().number("select count(*) from rework.task")).isEqualTo(before);
    }

    @Test
    @Tag("S15")
    void aWorkerWithoutTheKeyFailsTheTaskAndSaysWhichItWants(ReworkLab lab, InThread inThread) {
        Map<String, String> own = Map.of(SecretKeys.VARIABLE, KeyRing.newKey());
        try (Rework other = client(lab, own, elsewhere)) {
            Task<Object> task = inThread.run(other.schedule("sign_in", new Login("joe", CANARY)));
            assertThat(task.state()).isEqualTo(TaskState.FAILED);
            assertThat(task.reason())
                    .contains("the secret `password` of `sign_in` was sealed with key ", "not among those of ");
        }
    }

    @Test
    @Tag("S15")
    void whatIsSealedOpensInItsOwnFieldAndOperationAlone(ReworkLab lab, Rework rework, InThread inThread) {
        Task<Object> task = rework.schedule("sign_in", new Login("joe", CANARY));
        String sealed = lab.database()
                .one(String.class, "select input->'password'->>'$secret' from rework.task where id = ?", task.id());
        Map<String, String> password = Map.of("$secret", sealed);
        assertThatExceptionOfType(InvalidInput.class)
                .isThrownBy(() -> rework.schedule("hand_on", Map.of("user", "joe", "password", password)))
                .withMessageContaining("password: was sealed for another operation or field, or changed since");

        lab.database()
                .execute("update rework.task set operation = (select id from rework.operation where name = 'hand_on')"
                        + " where id = " + task.id());
        inThread.run(task);
        assertThat(task.state()).isEqualTo(TaskState.FAILED);
        assertThat(task.reason()).contains("was sealed for another operation or field");
    }

    @Test
    @Tag("S15")
    void newKeysSealAndOldOnesOpenUntilAllIsSealedAnew(ReworkLab lab, InThread inThread) throws Exception {
        Path file = elsewhere.resolve("keys");
        Map<String, String> environment = Map.of("REWORK_SECRET_KEY_FILE", file.toString());
        SecretKeys keys = SecretKeys.of(environment, new ReworkHome(elsewhere));
        String old = keys.add();
        try (Rework rework = client(lab, environment, elsewhere)) {
            Task<Object> task = rework.schedule("sign_in", new Login("old", CANARY));
            long plan = rework.prepare("sign_in", "0 0 2 1 *")
                    .input(new Login("old", CANARY))
                    .save()
                    .id();
            String added = keys.add();
            lab.database().execute("delete from rework.task where id <> " + task.id());
            try (Rework later = client(lab, environment, elsewhere)) {
                assertThat(later.rotateSecrets()).isEqualTo(2);
                assertThat(later.rotateSecrets()).isZero();
                assertThat(rows(lab.database()))
                        .contains("\"1." + added + ".", "2 inputs sealed with key " + added)
                        .doesNotContain("\"1." + old + ".");
                Files.write(file, List.of(Files.readAllLines(file).get(2)));
                try (Rework last = client(lab, environment, elsewhere)) {
                    assertThat(last.prepare("sign_in", "0 0 2 1 *")
                                    .input(new Login("old", CANARY))
                                    .save()
                                    .id())
                            .isEqualTo(plan);
                }
            }
            lab.database().execute("delete from rework.task; delete from rework.plan");
        }
    }

    @Test
    @Tag("S15")
    void problemsDoNotQuoteThem(Rework rework) {
        assertThatExceptionOfType(InvalidInput.class)
                .isThrownBy(() -> rework.schedule("sign_in", Map.of("user", 1, "password", List.of(CANARY))))
                .withMessage("invalid input for `sign_in`: user: 1 is not a string;"
                        + " password: what was given as this secret does not fit its type");
    }

    @Test
    @Tag("S15")
    void sqlCannotScheduleWhatItCannotSeal(ReworkLab lab) throws SQLException {
        assertThatThrownBy(() -> lab.database()
                        .number("select rework.schedule('sign_in', '{\"user\":\"joe\",\"password\":\"plain\"}')"))
                .hasMessageContaining("operation sign_in takes a secret, which SQL cannot seal");
        assertThat(lab.database().number("select count(*) from rework.task where input::text like '%plain%'"))
                .isZero();
    }
}
