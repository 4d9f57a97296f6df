package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Every place a password may stand in, with the real launcher against a real login. */
@Tag("slow")
class PasswordsTest {
    private static final String PASSWORD = "c4n4ry:pass\\word";

    @RegisterExtension
    static final TestDatabase db = new TestDatabase();

    @TempDir
    static Path folder;

    private static Launcher launcher;
    private static String host;
    private static String port;

    @BeforeAll
    static void aLogin() throws IOException {
        launcher = Launcher.in(folder.resolve("dist"));
        db.execute("create role " + login() + " login superuser password 'c4n4ry:pass\\word'");
        String[] place = db.jdbcUrl().substring("jdbc:postgresql://".length()).split("[:/?]");
        host = place[0];
        port = place[1];
    }

    @AfterAll
    static void dropLogin() {
        db.execute("drop role " + login());
    }

    private static String login() {
        return "rework_test_pw_" + db.name();
    }

    private static Ran lists(Map<String, String> environment) {
        Map<String, String> all = new HashMap<>(environment);
        all.putIfAbsent("HOME", folder.toString());
        all.put("REWORK_HOME", folder.resolve("home").toString());
        Ran ran = Launcher.ran(launcher.start(all, "list-tasks"));
        assertThat(ran.out() + ran.err()).doesNotContain("c4n4ry");
        return ran;
    }

    private static Map<String, String> without(String... more) {
        Map<String, String> all =
                new HashMap<>(Map.of("PGHOST", host, "PGPORT", port, "PGUSER", login(), "PGDATABASE", db.name()));
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return all;
    }

    private static Path secret(String name, String text, String mode) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
        return file;
    }

    private static String line() {
        return host + ":" + port + ":*:" + login() + ":c4n4ry\\:pass\\\\word\n";
    }

    @Test
    @Tag("S5")
    void theyAreFoundWhereverTheyMayStand() throws IOException {
        assertThat(lists(without()).code()).as("none").isEqualTo(3);
        assertThat(lists(without("PGPASSWORD", PASSWORD)).code())
                .as("environment")
                .isZero();
        String own = "postgres://" + login() + ":c4n4ry%3Apass%5Cword@" + host + ":" + port + "/" + db.name();
        assertThat(lists(Map.of("REWORK_DB", own)).code()).as("address").isZero();

        Path alone = secret("alone", PASSWORD + "\n", "rw-------");
        assertThat(lists(without("REWORK_PASSWORD_FILE", alone.toString())).code())
                .as("file")
                .isZero();

        Path passfile = secret("passfile", line(), "rw-------");
        assertThat(lists(without("PGPASSFILE", passfile.toString())).code())
                .as("PGPASSFILE")
                .isZero();

        Path home = Files.createDirectories(folder.resolve("someone"));
        Files.move(secret("pgpass", line(), "rw-------"), home.resolve(".pgpass"));
        assertThat(lists(without("HOME", home.toString())).code())
                .as("~/.pgpass")
                .isZero();

        Path services = secret(
                "services",
                "[shop]\nhost=" + host + "\nport=" + port + "\ndbname=" + db.name() + "\nuser=" + login()
                        + "\npassword=" + PASSWORD + "\n",
                "rw-------");
        assertThat(lists(Map.of("PGSERVICEFILE", services.toString(), "PGSERVICE", "shop"))
                        .code())
                .as("service")
                .isZero();
    }

    @Test
    @Tag("S5")
    void filesThatOthersMayReadAreRefused() throws IOException {
        Ran open =
                lists(without("PGPASSFILE", secret("open", line(), "rw-r--r--").toString()));
        assertThat(open.code()).isEqualTo(2);
        assertThat(open.err()).contains("may be read by others: chmod 600 it");
        Ran alone = lists(without(
                "REWORK_PASSWORD_FILE", secret("open1", PASSWORD, "rw-r-----").toString()));
        assertThat(alone.code()).isEqualTo(2);
        assertThat(alone.err()).contains("may be read by others: chmod 600 it");
        Ran two = lists(without(
                "REWORK_PASSWORD_FILE", secret("two", "a\nb\n", "rw-------").toString()));
        assertThat(two.err()).contains("does not hold one line");
        Ran none = lists(without("REWORK_PASSWORD_FILE", "/nowhere/at/all"));
        assertThat(none.err()).contains("cannot read the password file /nowhere/at/all");
    }
}
