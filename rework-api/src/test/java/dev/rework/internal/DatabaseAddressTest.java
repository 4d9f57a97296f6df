package dev.rework.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rework.InvalidAddress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DatabaseAddressTest {
    private static final String CANARY = "S3cr3tCanary";

    @TempDir
    Path folder;

    private AddressSources sources(Map<String, String> environment) {
        return new AddressSources(environment, folder.resolve("cwd"), folder.resolve("home"), "osuser");
    }

    private DatabaseAddress read(String text, Map<String, String> environment) {
        return sources(environment).read(text, "", Set.of());
    }

    private DatabaseAddress read(String text) {
        return read(text, Map.of());
    }

    private Path file(String name, String content) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            postgres://babar:password@localhost/jobstore | babar | jdbc:postgresql://localhost:5432/jobstore
            postgresql://babar:password@db.example:6543/jobstore | babar | jdbc:postgresql://db.example:6543/jobstore
            POSTGRES://babar:password@localhost/jobstore | babar | jdbc:postgresql://localhost:5432/jobstore
            postgres://localhost | osuser | jdbc:postgresql://localhost:5432/osuser
            postgres:///jobs | osuser | jdbc:postgresql://localhost:5432/jobs
            postgres://u@h1:5433,h2,h3:1/d | u | jdbc:postgresql://h1:5433,h2:5432,h3:1/d
            postgres://u@[::1]:5433/d | u | jdbc:postgresql://[::1]:5433/d
            postgres://u%40x:p%2F@h/a%20b | u@x | jdbc:postgresql://h:5432/a%20b
            jdbc:postgresql://h:5433/d?user=u&password=p | u | jdbc:postgresql://h:5433/d
            jdbc:postgresql:d | osuser | jdbc:postgresql://localhost:5432/d
            postgres:///d?host=h1,h2&port=1,2&user=u | u | jdbc:postgresql://h1:1,h2:2/d
            """)
    void readsEveryForm(String text, String user, String url) {
        DatabaseAddress address = read(text);

        assertThat(address.user()).isEqualTo(user);
        assertThat(address.url()).isEqualTo(url);
    }

    @Test
    void secretTextReadsBackTheSame() {
        DatabaseAddress address =
                read("postgres://u%40x:p%2F%3F%23%20+%C3%A9:@h1:1,[::1]:2/d%2F1?sslmode=require&pooler=true&listen=off"
                        + "&application_name=x%26y");

        assertThat(read(address.secretText())).isEqualTo(address);
        assertThat(read(address.secretText()).properties("x").getProperty("password"))
                .isEqualTo("p/?# +é:");
    }

    @Test
    @Tag("S5")
    void neverShowsThePassword() {
        DatabaseAddress address = read("postgres://u:" + CANARY + "@h/d?sslpassword=" + CANARY);

        assertThat(address.toString()).doesNotContain(CANARY).contains("u:***@h:5432/d");
        assertThat(address.url()).doesNotContain(CANARY);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "postgres://u:" + CANARY + "@h:port/d",
                "postgres://u:" + CANARY + "?x=1@h/d",
                "postgres://u:" + CANARY + "?" + CANARY + "=1@h/d",
                "postgres://u:12?" + CANARY + "=1@h/d",
                "postgres://u:" + CANARY + "/" + CANARY + "@h/d",
                "postgres://u:" + CANARY + "%zz@h/d",
                "postgres://u:" + CANARY + "%ff@h/d",
                "postgres://u:" + CANARY + "%00@h/d",
                "postgres://u:" + CANARY + "@/tmp:99999999/d?port=x",
                "mysql://u:" + CANARY + "@h/d",
                "postgres:/u:" + CANARY + "@h/d",
                "POSTGRES:u:" + CANARY + "@h/d",
                "jdbc:postgresql:u:" + CANARY + "@h/d",
                "host=h password=" + CANARY,
                "u:" + CANARY + "@h/d",
            })
    void namesNoPieceOfAPasswordInAnError(String text) {
        try {
            assertThat(sources(Map.of()).resolve(text).orElseThrow().toString()).doesNotContain(CANARY);
        } catch (InvalidAddress e) {
            assertThat(e.getMessage()).doesNotContain(CANARY).hasSizeLessThan(200);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "socketFactory=x",
                "sslfactory=org.x.Y",
                "sslhostnameverifier=x",
                "sslpasswordcallback=x",
                "loggerFile=/etc/x",
                "preferQueryMode=simple",
                "authenticationPluginClassName=x",
                "xmlFactoryFactory=x",
                "socketFactoryArg=x",
                "connectExecutor=x",
                "currentSchema=public"
            })
    @Tag("S6")
    void refusesParametersThatAreNotAllowed(String parameter) {
        assertThatThrownBy(() -> read("postgres://h/d?" + parameter))
                .isInstanceOf(InvalidAddress.class)
                .hasMessageContaining("`" + parameter.substring(0, parameter.indexOf('=')) + "` is not allowed");
    }

    @Test
    void translatesLibpqParameters() {
        Properties properties = read("postgres://h1,h2/d?connect_timeout=3&target_session_attrs=read-write"
                        + "&application_name=me&keepalives=0&channel_binding=require&sslmode=verify-full")
                .properties("cli");

        assertThat(properties)
                .containsEntry("connectTimeout", "3")
                .containsEntry("targetServerType", "primary")
                .containsEntry("ApplicationName", "me")
                .containsEntry("tcpKeepAlive", "false")
                .containsEntry("channelBinding", "require")
                .containsEntry("sslmode", "verify-full");
    }

    @Test
    void sessionsNoticeADeadPeerAndSayWhoTheyAre() {
        Properties properties =
                read("postgres://h/d?options=-c%20work_mem%3D1MB").properties("cli", "-c a=b");

        assertThat(properties)
                .containsEntry("connectTimeout", "5")
                .containsEntry("loginTimeout", "10")
                .containsEntry("socketTimeout", "10")
                .containsEntry("tcpKeepAlive", "true")
                .containsEntry("ApplicationName", "rework:cli")
                .containsEntry("logServerErrorDetail", "false");
        assertThat(properties.getProperty("options"))
                .startsWith("-c statement_timeout=8s -c lock_timeout=5s")
                .endsWith("-c a=b -c work_mem=1MB");
    }

    @Test
    void aPoolerGetsNoOptionsNoPreparedStatementsAndNoListen() {
        DatabaseAddress address = read("postgres://h/d?pooler=true");

        assertThat(address.pooler()).isTrue();
        assertThat(address.properties("cli")).doesNotContainKey("options").containsEntry("prepareThreshold", "0");
        assertThat(address.listenAddress()).isEmpty();
    }

    @Test
    void listensAtAnAddressOfItsOwnWhenToldTo() {
        DatabaseAddress address = read(
                "postgres://u:p@pooler:6432/d?pooler=true",
                Map.of("REWORK_LISTEN_DB", "postgres://u:" + CANARY + "@direct/d"));

        assertThat(address.listenAddress().map(DatabaseAddress::url)).contains("jdbc:postgresql://direct:5432/d");
        assertThat(address.secretVariables()).contains("REWORK_LISTEN_DB");
        assertThat(address.toString()).doesNotContain(CANARY);
        assertThat(read(address.secretText()).listenAddress()).isEqualTo(address.listenAddress());
        assertThat(read("postgres://h/d", Map.of("REWORK_LISTEN", "off")).listenAddress())
                .isEmpty();
    }

    @Test
    void takesTheFirstOfGivenVariableFileAndOthers() throws IOException {
        Map<String, String> all =
                Map.of("REWORK_DB", "postgres://rework/d", "DATABASE_URL", "postgres://url/d", "PGHOST", "pg");
        Map<String, String> two = Map.of("DATABASE_URL", "postgres://url/d", "PGHOST", "pg");

        assertThat(host(all, "postgres://given/d")).contains("given");
        assertThat(host(all, null)).contains("rework");
        assertThat(host(two, null)).contains("url");
        assertThat(host(Map.of("DATABASE_URL", "mysql://x/y", "PGHOST", "pg"), null))
                .contains("pg");
        assertThat(host(Map.of("PGDATABASE", "d"), null)).contains("localhost");
        assertThat(host(Map.of("PGUSER", "u"), null)).isEmpty();
        file("cwd/rework.cfg", "[dburi]\nmain = postgres://file/d\n");
        assertThat(host(two, null)).contains("file");
        assertThat(host(all, null)).contains("rework");
    }

    private Optional<String> host(Map<String, String> environment, String given) {
        return sources(environment).resolve(given).map(DatabaseAddress::host);
    }

    @Test
    void findsNamesInConfigurationFiles() throws IOException {
        file(
                "home/rework.cfg",
                "# mine\n[other]\nx = y\n[dburi]\njobs = postgres://u:p@home/d\nspare=postgres://s/d\n");
        Path named = file("named.cfg", "[dburi]\njobs=postgresql://named/d?sslmode=require\n");

        assertThat(host(Map.of(), "jobs")).contains("home");
        assertThat(host(Map.of("REWORK_DB", "spare"), null)).contains("s");
        assertThat(host(Map.of("REWORKCFGPATH", named.toString()), "jobs")).contains("named");
        assertThat(host(Map.of(), null)).isEmpty();
        assertThatThrownBy(() -> host(Map.of(), "nobody"))
                .isInstanceOf(InvalidAddress.class)
                .hasMessageContaining("`nobody` is neither a Postgres address nor a name in the [dburi] section");
    }

    @Test
    void completesAnAddressFromVariables() {
        DatabaseAddress address = read(
                "postgres://h",
                Map.of("PGUSER", "u", "PGPASSWORD", "p", "PGDATABASE", "d", "PGPORT", "1", "PGSSLMODE", "require"));

        assertThat(address.url()).isEqualTo("jdbc:postgresql://h:1/d");
        assertThat(address.user()).isEqualTo("u");
        assertThat(address.properties("x")).containsEntry("password", "p").containsEntry("sslmode", "require");
        assertThat(address.secretVariables()).containsExactly("PGPASSWORD");
    }

    @Test
    void readsTheServiceFile() throws IOException {
        Path services =
                file("services", "[jobs]\nhost=svc\nport=6000\ndbname=d\nuser=u\npassword=p\nsslmode=require\n");
        Map<String, String> environment = Map.of("PGSERVICEFILE", services.toString());

        DatabaseAddress address = read("postgres://?service=jobs", environment);

        assertThat(address.url()).isEqualTo("jdbc:postgresql://svc:6000/d");
        assertThat(address.properties("x")).containsEntry("password", "p").containsEntry("sslmode", "require");
        assertThatThrownBy(() -> read("postgres://?service=none", environment))
                .isInstanceOf(InvalidAddress.class)
                .hasMessageContaining("`none`");
    }

    @Test
    void readsThePasswordFile() throws IOException {
        Path file = file("home/.pgpass", "other:5432:d:u:no\n*:5432:d:u:a\\:b\\\\c\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));

        assertThat(read("postgres://u@h/d").properties("x")).containsEntry("password", "a:b\\c");
        assertThat(read("postgres://u@h:1/d").properties("x")).doesNotContainKey("password");
        assertThat(read("postgres://u:own@h/d").properties("x")).containsEntry("password", "own");
    }

    @Test
    void refusesAPasswordFileThatOthersMayRead() throws IOException {
        Path file = file("passwords", "*:*:*:*:" + CANARY);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));

        assertThatThrownBy(() -> read("postgres://u@h/d", Map.of("PGPASSFILE", file.toString())))
                .isInstanceOf(InvalidAddress.class)
                .hasMessageContaining("chmod 600")
                .hasMessageNotContaining(CANARY);
    }
}
