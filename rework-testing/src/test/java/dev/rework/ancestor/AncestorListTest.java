package dev.rework.ancestor;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Every check of the Python rework's own tests, and every weakness of it that is known, has a test here whose display name
 * begins with its id.
 */
class AncestorListTest {

    /** The kinds of checks, and how many there are of each. */
    private static final Map<String, Integer> LIST = Map.of(
            "A", 13, // its programming interface
            "C", 18, // its command line
            "M", 29, // its monitor and workers
            "S", 1, // plans made by its pages
            "K", 1, // a worker in one's own process
            "X", 6, // its examples
            "W", 44); // its weaknesses

    /** What has no test yet, and why. */
    private static final Map<String, String> EXCEPTIONS = Map.of("W42", "it is about pages, which are to come");

    private static final Pattern NAME = Pattern.compile("@DisplayName\\(\\s*\"([A-Z]\\d\\d) ");
    private static final Pattern NOT_RUN =
            Pattern.compile("@(Disabled|Ignore)|@EnabledIf|@DisabledIf|assumeTrue|assumeFalse");
    private static final Pattern SLEEPS = Pattern.compile("\\b(Thread\\.sleep|[A-Z]+\\.sleep)\\(");

    @Test
    void everyIdOfTheListHasATest() throws IOException {
        SortedSet<String> wanted = new TreeSet<>();
        LIST.forEach((kind, count) -> IntStream.rangeClosed(1, count)
                .mapToObj(i -> String.format(Locale.ROOT, "%s%02d", kind, i))
                .forEach(wanted::add));
        assertThat(wanted).hasSize(112);
        wanted.removeAll(EXCEPTIONS.keySet());
        assertThat(tests().keySet()).containsExactlyInAnyOrderElementsOf(wanted);
    }

    @Test
    void noneOfTheAncestorsChecksIsTwice() throws IOException {
        assertThat(tests().entrySet())
                .filteredOn(entry -> !entry.getKey().startsWith("W"))
                .allSatisfy(entry -> assertThat(entry.getValue()).hasSize(1));
    }

    @Test
    void noneOfThemIsSkippedAndNoneSleeps() throws IOException {
        Set<Path> files = tests().values().stream().flatMap(List::stream).collect(Collectors.toSet());
        assertThat(files).hasSizeGreaterThan(20).allSatisfy(file -> {
            String text = withoutTextBlocks(text(file));
            assertThat(text).doesNotContainPattern(NOT_RUN).doesNotContainPattern(SLEEPS);
        });
    }

    /** What operations written in a test do is not what the test does. */
    private static String withoutTextBlocks(String source) {
        return source.replaceAll("(?s)\"\"\".*?\"\"\"", "\"\"");
    }

    @Test
    void theTableOfDifferencesHasNoEmptyCell() throws IOException {
        List<String> rows = Files.readAllLines(Path.of("..", "docs", "coming-from-python-rework.md")).stream()
                .filter(line -> line.startsWith("|"))
                .toList();
        assertThat(rows)
                .hasSizeGreaterThan(80)
                .allSatisfy(
                        row -> assertThat(row.substring(1, row.lastIndexOf('|')).split("\\|", -1))
                                .as(row)
                                .hasSize(3)
                                .noneMatch(String::isBlank));
    }

    /** The files that each id stands in, once for each time. */
    private static Map<String, List<Path>> tests() throws IOException {
        Map<String, List<Path>> found = new TreeMap<>();
        try (Stream<Path> modules = Files.list(Path.of("..").toRealPath())) {
            for (Path sources : modules.map(module -> module.resolve("src/test/java"))
                    .filter(Files::isDirectory)
                    .toList()) {
                read(sources, found);
            }
        }
        return found;
    }

    private static void read(Path sources, Map<String, List<Path>> found) throws IOException {
        try (Stream<Path> files = Files.walk(sources)) {
            files.filter(file -> file.toString().endsWith("Test.java"))
                    .forEach(file -> NAME.matcher(text(file))
                            .results()
                            .map(match -> match.group(1))
                            .forEach(id -> found.computeIfAbsent(id, absent -> new ArrayList<>())
                                    .add(file)));
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
