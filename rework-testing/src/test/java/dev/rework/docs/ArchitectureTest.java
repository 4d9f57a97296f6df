package dev.rework.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** ARCHITECTURE.md names modules, packages, files, types and methods that are there. */
class ArchitectureTest {

    private static final Pattern TYPE = Pattern.compile("`([A-Z][A-Za-z]*[a-z][A-Za-z]*)(?:\\.([a-z]\\w*))?`");
    private static final Pattern PACKAGE = Pattern.compile("`(dev\\.rework(?:\\.[a-z]+)*)`");
    private static final Pattern FILE = Pattern.compile("`([\\w.-]+(?:/[\\w.-]*)+)`");
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(?:#[^)]*)?\\)");
    private static final Pattern MODULE = Pattern.compile("(?m)^(sql|rework-[a-z]+) {2,}");

    private static final Map<String, Path> SOURCES = new HashMap<>();
    private static Path root;
    private static String page;

    @BeforeAll
    static void read() throws IOException {
        root = Path.of("").toAbsolutePath();
        while (!Files.exists(root.resolve("mvnw"))) {
            root = root.getParent();
        }
        page = Files.readString(root.resolve("ARCHITECTURE.md"));
        for (String module : modules()) {
            Path main = root.resolve(module).resolve("src/main/java");
            if (Files.isDirectory(main)) {
                try (Stream<Path> files = Files.walk(main)) {
                    files.filter(file -> file.toString().endsWith(".java"))
                            .forEach(file ->
                                    SOURCES.put(file.getFileName().toString().replace(".java", ""), file));
                }
            }
        }
    }

    private static List<String> modules() throws IOException {
        Matcher module = Pattern.compile("<module>([^<]+)</module>").matcher(Files.readString(root.resolve("pom.xml")));
        List<String> modules = new ArrayList<>();
        while (module.find()) {
            modules.add(module.group(1));
        }
        return modules;
    }

    @Test
    void everyTypeAndMethodIsThere() throws IOException {
        List<String> missing = new ArrayList<>();
        Matcher name = TYPE.matcher(page);
        int named = 0;
        while (name.find()) {
            named++;
            Path source = SOURCES.get(name.group(1));
            if (source == null) {
                missing.add(name.group(1));
            } else if (name.group(2) != null
                    && !Pattern.compile("\\b" + name.group(2) + "\\(")
                            .matcher(Files.readString(source))
                            .find()) {
                missing.add(name.group(1) + "." + name.group(2));
            }
        }
        assertThat(named).isGreaterThan(40);
        assertThat(missing).as("named in ARCHITECTURE.md, and not there").isEmpty();
    }

    @Test
    void everyFileAndPackageIsThere() {
        List<Path> wanted = new ArrayList<>();
        Stream.of(FILE, LINK)
                .forEach(pattern ->
                        pattern.matcher(page).results().forEach(found -> wanted.add(root.resolve(found.group(1)))));
        assertThat(wanted).isNotEmpty().allSatisfy(path -> assertThat(path).exists());
        PACKAGE.matcher(page)
                .results()
                .forEach(found -> assertThat(SOURCES.values())
                        .as(found.group(1))
                        .anyMatch(
                                file -> file.getParent().endsWith(found.group(1).replace('.', '/'))));
    }

    @Test
    void theModulesAreThoseOfTheBuild() throws IOException {
        List<String> listed =
                MODULE.matcher(page).results().map(found -> found.group(1)).toList();
        List<String> built = modules().stream()
                .filter(module -> !module.equals("rework-bom"))
                .toList();
        assertThat(listed).containsExactlyInAnyOrderElementsOf(built);
    }
}
