package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.EmbeddedPostgres;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.Statement;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server of its own that speaks TLS, with a certificate for localhost. */
@Tag("slow")
class TlsTest {
    private static final String PASSWORD = "changeit";

    @TempDir
    static Path folder;

    private static EmbeddedPostgres postgres;
    private static String url;

    @BeforeAll
    static void aServerWithACertificate() throws Exception {
        postgres = EmbeddedPostgres.at(folder.resolve("home"));
        url = postgres.start().url();
        certificate("server");
        certificate("stranger");
        String[] parts = url.substring("postgresql://".length()).split("[:@/]");
        try (Connection connection = DriverManager.getConnection(
                        "jdbc:postgresql://127.0.0.1:" + parts[3] + "/" + parts[4], parts[0], parts[1]);
                Statement statement = connection.createStatement()) {
            for (String file : List.of("server.crt", "server.key")) {
                store(connection, file, Files.readString(folder.resolve(file)));
            }
            statement.execute("alter system set ssl = on");
            statement.execute("select pg_reload_conf()");
        }
        dev.rework.embedded.Eventually.isTrue(
                "it speaks TLS", () -> doctor("localhost", "sslmode=require").contains("TLSv1"));
    }

    /** By the server itself, so that it is its owner's alone. */
    private static void store(Connection connection, String file, String text) throws Exception {
        try (PreparedStatement line = connection.prepareStatement("select set_config('rework.pem', ?, false)");
                Statement statement = connection.createStatement()) {
            line.setString(1, text.strip().replace("\n", "|"));
            line.execute();
            statement.execute("copy (select current_setting('rework.pem')) to program"
                    + " 'umask 077; tr \"|\" \"\\n\" > " + file + "'");
        }
    }

    private static void certificate(String name) throws Exception {
        Path store = folder.resolve(name + ".p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "a",
                        "-keyalg",
                        "RSA",
                        "-keysize",
                        "2048",
                        "-validity",
                        "30",
                        "-dname",
                        "CN=" + name,
                        "-ext",
                        "san=dns:localhost",
                        "-ext",
                        "bc:c",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .inheritIO()
                .start();
        assertThat(keytool.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(keytool.exitValue()).isZero();
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(store)) {
            keys.load(in, PASSWORD.toCharArray());
        }
        pem(name + ".crt", "CERTIFICATE", keys.getCertificate("a").getEncoded());
        pem(
                name + ".key",
                "PRIVATE KEY",
                keys.getKey("a", PASSWORD.toCharArray()).getEncoded());
    }

    private static void pem(String file, String kind, byte[] bytes) throws Exception {
        String body = Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII))
                .encodeToString(bytes);
        Files.writeString(
                folder.resolve(file), "-----BEGIN " + kind + "-----\n" + body + "\n-----END " + kind + "-----\n");
    }

    @AfterAll
    static void stop() {
        postgres.stop();
    }

    private static Ran reached(String host, String parameters) {
        String[] parts = url.substring("postgresql://".length()).split("[:@/]");
        return Ran.rework(
                "init-db",
                "postgresql://" + parts[0] + ":" + parts[1] + "@" + host + ":" + parts[3] + "/" + parts[4] + "?"
                        + parameters);
    }

    private static String doctor(String host, String parameters) {
        String[] parts = url.substring("postgresql://".length()).split("[:@/]");
        return Ran.rework(
                        "doctor",
                        "postgresql://" + parts[0] + ":" + parts[1] + "@" + host + ":" + parts[3] + "/" + parts[4] + "?"
                                + parameters)
                .out();
    }

    private static String root(String name) {
        return "&sslrootcert=" + folder.resolve(name + ".crt");
    }

    @Test
    @Tag("S6")
    void eachModeAsksForWhatItSays() {
        assertThat(reached("127.0.0.1", "sslmode=disable").code()).isZero();
        assertThat(reached("127.0.0.1", "sslmode=require").code()).isZero();
        assertThat(reached("127.0.0.1", "sslmode=verify-ca" + root("server")).code())
                .isZero();
        assertThat(reached("localhost", "sslmode=verify-full" + root("server")).code())
                .isZero();
        assertThat(doctor("localhost", "sslmode=verify-full" + root("server"))).contains("TLSv1.");
        assertThat(doctor("127.0.0.1", "sslmode=disable")).contains("the server is on this machine");
    }

    @Test
    @Tag("S6")
    void aWrongHostOrAuthorityIsRefusedInOneLine() {
        Ran wrongHost = reached("127.0.0.1", "sslmode=verify-full" + root("server"));
        assertThat(wrongHost.code()).isEqualTo(3);
        assertThat(wrongHost.err()).contains("127.0.0.1").containsIgnoringCase("hostname");
        Ran stranger = reached("localhost", "sslmode=verify-ca" + root("stranger"));
        assertThat(stranger.code()).isEqualTo(3);
        Ran missing = reached("localhost", "sslmode=verify-full&sslrootcert=/nowhere.pem");
        assertThat(missing.code()).isEqualTo(3);
        assertThat(missing.err()).contains("/nowhere.pem");
        String password = url.substring("postgresql://".length()).split("[:@/]")[1];
        for (Ran ran : List.of(wrongHost, stranger, missing)) {
            assertThat(ran.err().lines().count()).as(ran.err()).isBetween(1L, 2L);
            assertThat(ran.err()).doesNotContain(password, "\tat ");
        }
    }
}
