import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.apache.maven.artifact.versioning.ComparableVersion;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Known holes in the parts of a CycloneDX list, by OSV or by files of its form. See {@code .ci/parts}. */
public final class Holes {
    static final int NONE = 0;
    static final int HIGH = 3;
    static final int NOT_RUN = 4;

    private static final String SERVICE = "https://api.osv.dev";
    private static final int PAGES = 20;
    private static final long LARGEST = 32L << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Jars that hold what is known under another name. */
    private static final Map<String, String> ALSO = Map.of(
            "net.java.dev.jna:jna-jpms", "net.java.dev.jna:jna",
            "net.java.dev.jna:jna-platform-jpms", "net.java.dev.jna:jna-platform");

    private final List<Part> parts;
    private final PrintStream out;

    private record Part(String name, String version) {
        String purl() {
            return "pkg:maven/" + name.replace(':', '/') + "@" + version;
        }
    }

    /** What is not said to be lower counts as high. */
    private enum Severity {
        LOW,
        MODERATE,
        UNKNOWN,
        HIGH,
        CRITICAL;

        static Severity of(JsonNode advisory) {
            String said = advisory.path("database_specific").path("severity").asString("");
            return Stream.of(values()).filter(s -> s.name().equals(said)).findFirst().orElse(UNKNOWN);
        }

        boolean high() {
            return compareTo(MODERATE) > 0;
        }
    }

    private record Hole(String id, Severity severity, Set<String> aliases, Set<Part> in) {}

    /** Why nobody could be asked, or was not asked to the end. */
    private static final class NotRun extends Exception {
        private static final long serialVersionUID = 1;

        NotRun(String why) {
            super(why);
        }
    }

    private Holes(List<Part> parts, PrintStream out) {
        this.parts = parts;
        this.out = out;
    }

    public static void main(String[] args) {
        System.exit(run(Path.of(args[0]), System.getenv(), System.out));
    }

    /** Asks about the parts of the list, tells, and answers with one of the codes. */
    public static int run(Path list, Map<String, String> environment, PrintStream out) {
        String said = environment.getOrDefault("REWORK_OSV", "");
        String where = said.isBlank() ? SERVICE : said;
        try {
            Holes holes = new Holes(parts(list), out);
            Duration patience = Duration.parse(environment.getOrDefault("REWORK_OSV_TIMEOUT", "PT30S"));
            boolean service = where.startsWith("https://") || where.startsWith("http://");
            return service ? holes.ask(where.replaceAll("/+$", ""), patience) : holes.read(Path.of(where));
        } catch (NotRun e) {
            out.println("known holes: not run: " + e.getMessage());
        } catch (IOException | RuntimeException e) {
            out.println("known holes: not run: " + e);
        }
        return NOT_RUN;
    }

    private static List<Part> parts(Path list) throws IOException, NotRun {
        List<Part> parts = new ArrayList<>();
        for (JsonNode component : JSON.readTree(Files.readString(list)).path("components")) {
            String name = component.path("group").asString() + ":" + component.path("name").asString();
            String version = component.path("version").asString();
            parts.add(new Part(name, version));
            if (ALSO.containsKey(name)) {
                parts.add(new Part(ALSO.get(name), version));
            }
        }
        if (parts.isEmpty()) {
            throw new NotRun("no parts in " + list);
        }
        return parts;
    }

    private int tell(List<Hole> holes, String source) {
        for (Hole hole : holes) {
            List<String> in = hole.in().stream().map(part -> part.name() + "@" + part.version()).sorted().toList();
            String aliases = hole.aliases().isEmpty() ? "" : " (" + String.join(", ", hole.aliases()) + ")";
            out.println("known hole: " + hole.severity() + " " + hole.id() + aliases + " in " + String.join(", ", in));
        }
        long high = holes.stream().filter(hole -> hole.severity().high()).count();
        String found = holes.isEmpty() ? "none" : holes.size() + ", of which high " + high + ",";
        out.println("known holes: " + found + " in " + parts.size() + " names (" + source + ")");
        return high > 0 ? HIGH : NONE;
    }

    // The service

    private int ask(String service, Duration patience) throws NotRun {
        HttpClient client = HttpClient.newBuilder().connectTimeout(patience).build();
        Map<String, Set<Part>> found = new TreeMap<>();
        List<Part> asked = parts;
        List<String> tokens = new ArrayList<>(parts.stream().map(part -> "").toList());
        for (int page = 0; !asked.isEmpty(); page++) {
            if (page == PAGES) {
                throw new NotRun("OSV's pages do not end");
            }
            HttpRequest.Builder question = HttpRequest.newBuilder(URI.create(service + "/v1/querybatch"))
                    .header("Content-Type", "application/json")
                    .POST(HttpRequest.BodyPublishers.ofString(question(asked, tokens)));
            JsonNode results = answer(client, question, patience).path("results");
            if (!results.isArray() || results.size() != asked.size()) {
                throw new NotRun("OSV does not answer each question");
            }
            List<Part> further = new ArrayList<>();
            List<String> next = new ArrayList<>();
            for (int i = 0; i < asked.size(); i++) {
                JsonNode result = results.get(i);
                for (JsonNode known : result.path("vulns")) {
                    String id = known.path("id").asString("");
                    if (!id.matches("[A-Za-z0-9][A-Za-z0-9._:-]{0,99}")) {
                        throw new NotRun("OSV answers with a hole without an id");
                    }
                    found.computeIfAbsent(id, key -> new LinkedHashSet<>()).add(asked.get(i));
                }
                if (!result.path("next_page_token").asString("").isEmpty()) {
                    further.add(asked.get(i));
                    next.add(result.path("next_page_token").asString());
                }
            }
            asked = further;
            tokens = next;
        }
        List<Hole> holes = new ArrayList<>();
        for (Map.Entry<String, Set<Part>> entry : found.entrySet()) {
            hole(client, service, entry.getKey(), patience)
                    .ifPresent(known -> holes.add(
                            new Hole(entry.getKey(), Severity.of(known), aliases(known), entry.getValue())));
        }
        return tell(holes, "asked " + service);
    }

    private static String question(List<Part> asked, List<String> tokens) {
        ObjectNode body = JSON.createObjectNode();
        ArrayNode queries = body.putArray("queries");
        for (int i = 0; i < asked.size(); i++) {
            ObjectNode query = queries.addObject();
            query.putObject("package").put("purl", asked.get(i).purl());
            if (!tokens.get(i).isEmpty()) {
                query.put("page_token", tokens.get(i));
            }
        }
        return JSON.writeValueAsString(body);
    }

    /** The whole advisory, none when it was withdrawn, an empty one (which is of unknown severity) when it cannot be had. */
    private static Optional<JsonNode> hole(HttpClient client, String service, String id, Duration patience) {
        try {
            JsonNode known = answer(client, HttpRequest.newBuilder(URI.create(service + "/v1/vulns/" + id)), patience);
            return known.hasNonNull("withdrawn") ? Optional.empty() : Optional.of(known);
        } catch (NotRun e) {
            return Optional.of(JSON.createObjectNode());
        }
    }

    private static JsonNode answer(HttpClient client, HttpRequest.Builder question, Duration patience) throws NotRun {
        try {
            HttpResponse<String> answer =
                    client.send(question.timeout(patience).build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new NotRun("OSV answers " + answer.statusCode());
            }
            return JSON.readTree(answer.body());
        } catch (HttpTimeoutException e) {
            throw new NotRun("OSV does not answer within " + patience);
        } catch (IOException e) {
            throw new NotRun("OSV cannot be reached");
        } catch (JacksonException e) {
            throw new NotRun("OSV answers with no JSON");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NotRun("interrupted");
        }
    }

    private static Set<String> aliases(JsonNode advisory) {
        Set<String> aliases = new TreeSet<>();
        advisory.path("aliases").forEach(alias -> aliases.add(alias.asString().replaceAll("[^\\w.:-]", "?")));
        return aliases;
    }

    // Its files

    /** Of a folder, or of a zip as OSV publishes one for each ecosystem. */
    private int read(Path source) throws IOException, NotRun {
        Reading reading = new Reading();
        if (Files.isDirectory(source)) {
            try (Stream<Path> files = Files.walk(source)) {
                for (Path file : files.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
                    try (InputStream in = Files.newInputStream(file)) {
                        reading.add(file.toString(), in);
                    }
                }
            }
        } else if (Files.isRegularFile(source)) {
            try (ZipFile zip = new ZipFile(source.toFile())) {
                for (var entry : zip.stream().filter(e -> e.getName().endsWith(".json")).toList()) {
                    try (InputStream in = zip.getInputStream(entry)) {
                        reading.add(entry.getName(), in);
                    }
                }
            }
        } else {
            throw new NotRun("REWORK_OSV is no address, folder or zip: " + source);
        }
        if (reading.ofMaven == 0) {
            throw new NotRun("no advisory about Maven's libraries in " + source);
        }
        reading.holes.sort(Comparator.comparing(Hole::id));
        return tell(reading.holes, reading.ofMaven + " advisories read in " + source + ", changed until " + reading.newest);
    }

    private final class Reading {
        private final List<Hole> holes = new ArrayList<>();
        private int ofMaven;
        private String newest = "";

        void add(String name, InputStream in) throws IOException, NotRun {
            byte[] text = in.readNBytes((int) LARGEST);
            JsonNode advisory;
            try {
                advisory = JSON.readTree(text);
            } catch (JacksonException e) {
                throw new NotRun(name + " is no JSON");
            }
            Set<Part> ours = new LinkedHashSet<>();
            boolean maven = false;
            for (JsonNode affected : advisory.path("affected")) {
                JsonNode library = affected.path("package");
                if (library.path("ecosystem").asString("").split(":")[0].equals("Maven")) {
                    maven = true;
                    parts.stream()
                            .filter(part -> part.name().equals(library.path("name").asString("")))
                            .filter(part -> affects(affected, part.version()))
                            .forEach(ours::add);
                }
            }
            if (maven) {
                ofMaven++;
                String changed = advisory.path("modified").asString("");
                newest = changed.compareTo(newest) > 0 ? changed : newest;
            }
            if (!ours.isEmpty() && !advisory.hasNonNull("withdrawn")) {
                holes.add(new Hole(advisory.path("id").asString(name), Severity.of(advisory), aliases(advisory), ours));
            }
        }
    }

    private static boolean affects(JsonNode affected, String version) {
        ComparableVersion ours = new ComparableVersion(version);
        for (JsonNode one : affected.path("versions")) {
            if (new ComparableVersion(one.asString()).equals(ours)) {
                return true;
            }
        }
        for (JsonNode range : affected.path("ranges")) {
            if (!range.path("type").asString("").equals("GIT") && within(range.path("events"), ours)) {
                return true;
            }
        }
        return affected.path("versions").isEmpty() && affected.path("ranges").isEmpty();
    }

    private record Event(String kind, ComparableVersion at) {}

    /** As OSV's schema has it: its events in the order of their versions. */
    private static boolean within(JsonNode events, ComparableVersion ours) {
        List<Event> ordered = new ArrayList<>();
        for (JsonNode event : events) {
            event.properties().forEach(e -> {
                String at = e.getValue().asString();
                ordered.add(new Event(e.getKey(), new ComparableVersion(at)));
            });
        }
        ordered.sort(Comparator.comparing(Event::at));
        boolean within = false;
        for (Event event : ordered) {
            int order = ours.compareTo(event.at());
            switch (event.kind()) {
                case "introduced" -> within |= order >= 0;
                case "fixed", "limit" -> within &= order < 0;
                case "last_affected" -> within &= order <= 0;
                default -> throw new UncheckedIOException(new IOException("unknown event " + event.kind()));
            }
        }
        return within;
    }
}
