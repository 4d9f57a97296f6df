package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code .ci/Holes.java}, the part of {@code .ci/parts} that knows of holes, beside a server that speaks as OSV does. */
class KnownHolesTest {
    private static final String PARTS = """
            {"components": [
              {"group": "org.example", "name": "rope", "version": "1.10"},
              {"group": "org.example", "name": "sand", "version": "2.0-rc1"},
              {"group": "net.java.dev.jna", "name": "jna-jpms", "version": "5.1"}]}
            """;

    @TempDir
    static Path classes;

    @TempDir
    Path folder;

    private static URLClassLoader loader;

    private record Said(int code, String text) {}

    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;

    @BeforeAll
    static void compiled() throws Exception {
        // Else each answer waits 40 ms for an acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        Path root = Path.of("").toAbsolutePath().getParent();
        List<String> path = new ArrayList<>(List.of(System.getProperty("java.class.path")));
        // In which order Maven's versions come, Maven knows.
        try (Stream<Path> maven = Files.list(Path.of(System.getProperty("maven.home"), "lib"))) {
            maven.filter(jar -> jar.getFileName().toString().startsWith("maven-artifact-"))
                    .map(Path::toString)
                    .forEach(path::add);
        }
        assertThat(path).hasSize(2);
        int code = ToolProvider.getSystemJavaCompiler()
                .run(
                        null,
                        null,
                        null,
                        "-proc:none",
                        "-d",
                        classes.toString(),
                        "-cp",
                        String.join(File.pathSeparator, path),
                        root.resolve(".ci/Holes.java").toString());
        assertThat(code).isZero();
        loader = new URLClassLoader(
                new URL[] {classes.toUri().toURL(), Path.of(path.get(1)).toUri().toURL()},
                KnownHolesTest.class.getClassLoader());
    }

    @AfterAll
    static void unloaded() throws IOException {
        loader.close();
    }

    @BeforeEach
    void begins() throws IOException {
        Files.writeString(folder.resolve("parts.json"), PARTS);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            String question = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
            String path = exchange.getRequestURI().getPath();
            asked.add(path + " " + question);
            String key = question.contains("page_token") ? path + "#2" : path;
            String answer = answers.getOrDefault(key, "404");
            boolean refused = answer.matches("\\d{3}");
            byte[] body = answer.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(refused ? Integer.parseInt(answer) : 200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void ends() {
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    @Tag("S22")
    void aHighOneIsToldAndHasItsExitCode() throws Exception {
        answers.put("/v1/querybatch", "{\"results\": [{}, {\"vulns\": [{\"id\": \"GHSA-aaaa\"}]}, {}, {}]}");
        answers.put("/v1/vulns/GHSA-aaaa", advisory("GHSA-aaaa", "HIGH", ""));
        assertThat(ask()).isEqualTo(new Said(3, """
                        known hole: HIGH GHSA-aaaa (CVE-1) in org.example:sand@2.0-rc1
                        known holes: 1, of which high 1, in 4 names (asked ADDRESS)
                        """));
        assertThat(asked.get(0))
                .contains("pkg:maven/org.example/rope@1.10")
                .contains("pkg:maven/net.java.dev.jna/jna-jpms@5.1")
                .as("what is known under the name of the jar without a module")
                .contains("pkg:maven/net.java.dev.jna/jna@5.1");
    }

    @Test
    @Tag("S22")
    void lowerOnesAreToldAndThoseOfNoKnownSeverityAreHigh() throws Exception {
        answers.put("/v1/querybatch", "{\"results\": [{\"vulns\": [{\"id\": \"GHSA-aaaa\"}]}, {}, {}, {}]}");
        answers.put("/v1/vulns/GHSA-aaaa", advisory("GHSA-aaaa", "MODERATE", ""));
        assertThat(ask().code()).isZero();
        assertThat(ask().text()).contains("known hole: MODERATE GHSA-aaaa").contains("of which high 0");

        answers.put("/v1/vulns/GHSA-aaaa", "{\"id\": \"GHSA-aaaa\"}");
        assertThat(ask().code()).isEqualTo(3);
        answers.put("/v1/vulns/GHSA-aaaa", "500");
        assertThat(ask().code()).isEqualTo(3);
        assertThat(ask().text()).contains("known hole: UNKNOWN GHSA-aaaa");
        answers.put("/v1/vulns/GHSA-aaaa", advisory("GHSA-aaaa", "HIGH", "\"withdrawn\": \"2026-01-01T00:00:00Z\","));
        assertThat(ask()).isEqualTo(new Said(0, "known holes: none in 4 names (asked ADDRESS)\n"));
    }

    @Test
    @Tag("S22")
    void furtherPagesAreAskedFor() throws Exception {
        answers.put("/v1/querybatch", "{\"results\": [{}, {\"next_page_token\": \"further\"}, {}, {}]}");
        answers.put("/v1/querybatch#2", "{\"results\": [{\"vulns\": [{\"id\": \"GHSA-bbbb\"}]}]}");
        answers.put("/v1/vulns/GHSA-bbbb", advisory("GHSA-bbbb", "CRITICAL", ""));
        Said said = ask();
        assertThat(said.code()).isEqualTo(3);
        assertThat(said.text()).contains("known hole: CRITICAL GHSA-bbbb (CVE-1) in org.example:sand@2.0-rc1");
        assertThat(asked.get(1)).contains("\"page_token\":\"further\"").doesNotContain("rope");

        answers.put("/v1/querybatch#2", "{\"results\": [{\"next_page_token\": \"further\"}]}");
        assertThat(ask()).isEqualTo(new Said(4, "known holes: not run: OSV's pages do not end\n"));
    }

    @Test
    @Tag("S22")
    void whoDoesNotAnswerIsNoGoodNews() throws Exception {
        answers.put("/v1/querybatch", "500");
        assertThat(ask()).isEqualTo(new Said(4, "known holes: not run: OSV answers 500\n"));
        answers.put("/v1/querybatch", "<html>");
        assertThat(ask()).isEqualTo(new Said(4, "known holes: not run: OSV answers with no JSON\n"));
        answers.put("/v1/querybatch", "{\"results\": [{}]}");
        assertThat(ask()).isEqualTo(new Said(4, "known holes: not run: OSV does not answer each question\n"));
        answers.put("/v1/querybatch", "{}");
        assertThat(ask().code()).isEqualTo(4);

        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            String address = "http://127.0.0.1:" + silent.getLocalPort();
            Map<String, String> environment = Map.of("REWORK_OSV", address, "REWORK_OSV_TIMEOUT", "PT0.3S");
            assertThat(run(environment))
                    .isEqualTo(new Said(4, "known holes: not run: OSV does not answer within PT0.3S\n"));
        }
        server.stop(0);
        assertThat(ask()).isEqualTo(new Said(4, "known holes: not run: OSV cannot be reached\n"));
    }

    @Test
    @Tag("S22")
    void filesOfAdvisoriesAnswerOffline() throws Exception {
        Path files = Files.createDirectories(folder.resolve("osv/2026"));
        Files.writeString(files.resolve("a.json"), ranged("org.example:rope", "0", "fixed", "1.9"));
        Files.writeString(files.resolve("b.json"), ranged("org.example:sand", "1.0", "fixed", "2.0-rc1"));
        assertThat(run(Map.of("REWORK_OSV", folder.resolve("osv").toString())).text())
                .as("1.10 comes after 1.9, and what is fixed is not affected")
                .startsWith("known holes: none in 4 names (2 advisories read in ")
                .endsWith(", changed until 2026-05-01T00:00:00Z)\n");

        Files.writeString(files.resolve("c.json"), ranged("org.example:rope", "1.9", "last_affected", "1.10"));
        Files.writeString(files.resolve("d.json"), ranged("org.example:sand", "2.0-beta2", "fixed", "2.0"));
        Path zip = folder.resolve("all.zip");
        zipped(files, zip);
        for (Path source : List.of(folder.resolve("osv"), zip)) {
            Said said = run(Map.of("REWORK_OSV", source.toString()));
            assertThat(said.code()).isEqualTo(3);
            assertThat(said.text())
                    .contains("in org.example:rope@1.10\n")
                    .contains("in org.example:sand@2.0-rc1\n")
                    .contains("known holes: 2, of which high 2, in 4 names (4 advisories read in ");
        }
    }

    @Test
    @Tag("S22")
    void filesThatSayNothingAreNoGoodNews() throws Exception {
        String missing = folder.resolve("none").toString();
        assertThat(run(Map.of("REWORK_OSV", missing)))
                .isEqualTo(new Said(
                        4, "known holes: not run: REWORK_OSV is no address, folder or zip: " + missing + "\n"));
        Path files = Files.createDirectory(folder.resolve("osv"));
        Map<String, String> there = Map.of("REWORK_OSV", files.toString());
        assertThat(run(there).text())
                .isEqualTo("known holes: not run: no advisory about Maven's libraries in " + files + "\n");
        Files.writeString(
                files.resolve("a.json"), ranged("rope", "0", "fixed", "9").replace("Maven", "PyPI"));
        assertThat(run(there).code()).isEqualTo(4);
        Files.writeString(files.resolve("b.json"), "{\"affected\": [");
        assertThat(run(there).text()).startsWith("known holes: not run: ").contains("b.json is no JSON");
    }

    private Said ask() throws Exception {
        String address = "http://127.0.0.1:" + server.getAddress().getPort();
        Said said = run(Map.of("REWORK_OSV", address + "/", "REWORK_OSV_TIMEOUT", "PT30S"));
        return new Said(said.code(), said.text().replace(address, "ADDRESS"));
    }

    private Said run(Map<String, String> environment) throws Exception {
        ByteArrayOutputStream text = new ByteArrayOutputStream();
        int code = (int) loader.loadClass("Holes")
                .getMethod("run", Path.class, Map.class, PrintStream.class)
                .invoke(
                        null,
                        folder.resolve("parts.json"),
                        environment,
                        new PrintStream(text, true, StandardCharsets.UTF_8));
        return new Said(code, text.toString(StandardCharsets.UTF_8));
    }

    private static String advisory(String id, String severity, String more) {
        return """
                {"id": "%s", %s "aliases": ["CVE-1"], "database_specific": {"severity": "%s"}}""".formatted(id, more, severity);
    }

    private static String ranged(String name, String introduced, String end, String version) {
        return """
                {"id": "GHSA-%s", "modified": "2026-05-01T00:00:00Z", "database_specific": {"severity": "HIGH"},
                 "affected": [{"package": {"ecosystem": "Maven", "name": "%s"},
                   "ranges": [{"type": "ECOSYSTEM", "events": [{"%s": "%s"}, {"introduced": "%s"}]}]}]}
                """.formatted(version, name, end, version, introduced);
    }

    private static void zipped(Path files, Path zip) throws IOException {
        try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(zip));
                Stream<Path> each = Files.list(files)) {
            for (Path file : each.toList()) {
                out.putNextEntry(new ZipEntry(file.getFileName().toString()));
                Files.copy(file, out);
                out.closeEntry();
            }
        }
    }
}
