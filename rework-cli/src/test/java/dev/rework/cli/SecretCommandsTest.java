package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.TestDatabase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** What the commands show, and do not, of inputs with secrets. */
class SecretCommandsTest {
    private static final String CANARY = "c4n4ry-5ecret";

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    static Path folder;

    @BeforeAll
    static void anOperationAndAKey() throws Exception {
        Path source = Files.writeString(folder.resolve("Vault.java"), """
                import dev.rework.*;
                public class Vault {
                    public record Login(String user, @Secret String password, @Secret int pin) {}
                    @Operation public static void enter(Login login) {}
                }
                """);
        Ran registered = Ran.rework("register-operations", db.url(), source.toString());
        assertThat(registered.code()).as(registered.err()).isZero();
        Files.deleteIfExists(Ran.HOME.resolve("secret.key"));
    }

    private static void aKey() {
        if (!Files.exists(Ran.HOME.resolve("secret.key"))) {
            Ran made = Ran.rework("make-secret-key");
            assertThat(made.out()).as(made.err()).matches("[0-9a-f]{8}\n");
            assertThat(made.err()).contains("key added to ", "readable by you alone");
        }
    }

    private static String scheduled(String... options) throws Exception {
        Path password = Files.writeString(folder.resolve("password"), CANARY + "\n");
        String[] line = new String[options.length + 9];
        List<String> fixed = List.of(
                "schedule",
                db.url(),
                "enter",
                "--input",
                "user=joe",
                "--input",
                "pin=987654",
                "--secret",
                "password=" + password);
        System.arraycopy(fixed.toArray(), 0, line, 0, fixed.size());
        System.arraycopy(options, 0, line, fixed.size(), options.length);
        Ran ran = Ran.rework(line);
        assertThat(ran.code()).as(ran.err()).isZero();
        return ran.out().strip();
    }

    @Test
    @Tag("S15")
    void theyShowStarsInEveryFormat() throws Exception {
        aKey();
        String id = scheduled();
        assertThat(db.one(String.class, "select input::text from rework.task where id = " + id))
                .contains("$secret")
                .doesNotContain(CANARY, "987654");
        for (String format : List.of("table", "json", "jsonl", "csv")) {
            for (String command : List.of("show-task", "list-tasks")) {
                Ran shown = command.equals("show-task")
                        ? Ran.rework(command, db.url(), id, "-o", format)
                        : Ran.rework(command, db.url(), "-o", format);
                assertThat(shown.code()).as(shown.err()).isZero();
                assertThat(shown.out()).doesNotContain(CANARY, "987654", "$secret");
            }
        }
        assertThat(Ran.rework("show-task", db.url(), id).out())
                .contains("{\"user\":\"joe\",\"pin\":\"***\",\"password\":\"***\"}");
        assertThat(Ran.rework("abort-task", db.url(), id).code()).isZero();
        assertThat(Ran.rework("retry-task", db.url(), id).code()).isZero();
    }

    @Test
    @Tag("S15")
    void plansAreExportedSealedAndImported() throws Exception {
        aKey();
        Path password = Files.writeString(folder.resolve("password"), CANARY);
        Ran prepared = Ran.rework(
                "prepare",
                db.url(),
                "enter",
                "0 3 * * *",
                "--input",
                "user=joe",
                "--input",
                "pin=987654",
                "--secret",
                "password=" + password);
        assertThat(prepared.code()).as(prepared.err()).isZero();
        Ran listed = Ran.rework("list-scheduled", db.url(), "-o", "json");
        assertThat(listed.out()).contains("\"password\":\"***\"").doesNotContain(CANARY, "$secret");

        Path file = folder.resolve("plans.json");
        assertThat(Ran.rework("export-scheduled", db.url(), "--path", file.toString())
                        .code())
                .isZero();
        assertThat(Files.readString(file)).contains("$secret").doesNotContain(CANARY, "987654");
        Ran again = Ran.rework("import-scheduled", db.url(), "--path", file.toString());
        assertThat(again.code()).as(again.err()).isZero();
        assertThat(db.number("select count(*) from rework.plan")).isOne();

        Files.writeString(file, Files.readString(file).replace("\"user\" : \"joe\"", "\"user\" : \"ann\""));
        assertThat(Ran.rework("import-scheduled", db.url(), "--path", file.toString())
                        .code())
                .isZero();
        Files.writeString(file, Files.readString(file).replaceFirst("(\\$secret\" : \"1\\.\\w+\\.)..", "$1AA"));
        assertThat(Ran.rework("import-scheduled", db.url(), "--path", file.toString())
                        .err())
                .contains("was sealed for another operation or field, or changed since");
    }

    @Test
    @Tag("S15")
    void keysAreRotatedByTwoCommands() throws Exception {
        aKey();
        String id = scheduled();
        String before = Ran.rework("make-secret-key").out().strip();
        Ran rotated = Ran.rework("rotate-secrets", db.url());
        assertThat(rotated.code()).as(rotated.err()).isZero();
        assertThat(rotated.out()).matches("sealed [1-9]\\d* inputs with the newest key\n");
        assertThat(db.one(String.class, "select input->'password'->>'$secret' from rework.task where id = " + id))
                .startsWith("1." + before + ".");
        assertThat(Ran.rework("rotate-secrets", db.url()).out()).startsWith("sealed 0 inputs");
        assertThat(Ran.rework("list-audit", db.url(), "--verb", "rotate-secrets")
                        .out())
                .contains("inputs sealed with key " + before);
    }

    @Test
    @Tag("S15")
    void wrongOnesAreNotQuoted() throws Exception {
        aKey();
        Path pin = Files.writeString(folder.resolve("pin"), CANARY);
        Ran ran = Ran.rework("schedule", db.url(), "enter", "--input", "user=joe", "--secret", "pin=" + pin);
        assertThat(ran.code()).isOne();
        assertThat(ran.err())
                .contains("pin: what was given as this secret is no integer", "password: is missing")
                .doesNotContain(CANARY);
        assertThat(Ran.rework("schedule", db.url(), "enter", "--input", "{}", "--secret", "pin=" + pin)
                        .code())
                .isEqualTo(2);
    }
}
