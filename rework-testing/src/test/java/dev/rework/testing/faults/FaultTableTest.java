package dev.rework.testing.faults;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Keeps {@code docs/reliability.md} and the tags of tests in step, and says how far the table is. */
class FaultTableTest {
    private static final int ROWS = 48;
    private static final Pattern ROW = Pattern.compile("^\\| (\\d+) \\|[^|]*\\|[^|]*\\|([^|]*)\\| ([^|]+) \\|$");
    private static final Pattern LINK = Pattern.compile("\\[`(\\w+)#(\\w+)`\\]\\(\\.\\./([^)]+\\.java)\\)");
    private static final Pattern METHOD =
            Pattern.compile("((?:^    @.*\\R(?:^     .*\\R)*)+)    (?:static )?void (\\w+)\\(", Pattern.MULTILINE);
    private static final Pattern TAG = Pattern.compile("@Tag\\(\"fault-(\\d+)\"\\)");

    private static final Path ROOT = root();

    /** A row of the page; each of its tests as {@code path#method}. */
    private record Row(int number, Set<String> tests, String verdict) {}

    @Test
    void eachRowStandsOnceAndSaysWhatProvesIt() throws IOException {
        List<Row> rows = rows();
        assertThat(rows)
                .extracting(Row::number)
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(1, ROWS).boxed().toList());
        Map<String, Integer> verdicts = new TreeMap<>();
        for (Row row : rows) {
            String verdict = row.verdict().split(":")[0];
            verdicts.merge(verdict, 1, Integer::sum);
            assertThat(row.verdict())
                    .as("verdict of row " + row.number())
                    .matches(row.tests().isEmpty() ? "missing: .+" : "proven|partly: .+");
        }
        System.out.println("docs/reliability.md: " + verdicts.getOrDefault("proven", 0) + " of " + ROWS
                + " rows proven, " + verdicts.getOrDefault("partly", 0) + " partly, "
                + verdicts.getOrDefault("missing", 0) + " missing");
    }

    @Test
    void namedTestsExistAndCarryTheTagOfTheirRowAndNoOthersDo() throws IOException {
        Map<String, Set<Integer>> named = new TreeMap<>();
        for (Row row : rows()) {
            row.tests()
                    .forEach(test ->
                            named.computeIfAbsent(test, key -> new TreeSet<>()).add(row.number()));
        }
        assertThat(tagged()).containsExactlyInAnyOrderEntriesOf(named);
    }

    private static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String line : Files.readAllLines(ROOT.resolve("docs/reliability.md"))) {
            Matcher row = ROW.matcher(line);
            if (row.matches()) {
                rows.add(new Row(Integer.parseInt(row.group(1)), tests(row.group(2)), row.group(3)));
            }
        }
        return rows;
    }

    private static Set<String> tests(String cell) {
        Set<String> tests = new TreeSet<>();
        Matcher link = LINK.matcher(cell);
        while (link.find()) {
            assertThat(link.group(3)).endsWith("/" + link.group(1) + ".java");
            tests.add(link.group(3) + "#" + link.group(2));
        }
        assertThat(tests).as("links in: " + cell).hasSize(cell.isBlank() ? 0 : cell.split(", ").length);
        return tests;
    }

    /** Every test method of the house that carries such a tag, with its rows. */
    private static Map<String, Set<Integer>> tagged() throws IOException {
        Map<String, Set<Integer>> tagged = new HashMap<>();
        for (Path source : sources()) {
            String text = Files.readString(source);
            int tags = 0;
            Matcher method = METHOD.matcher(text);
            while (method.find()) {
                Set<Integer> rows = new TreeSet<>();
                Matcher tag = TAG.matcher(method.group(1));
                while (tag.find()) {
                    rows.add(Integer.parseInt(tag.group(1)));
                }
                tags += rows.size();
                if (!rows.isEmpty()) {
                    tagged.put(ROOT.relativize(source) + "#" + method.group(2), rows);
                }
            }
            assertThat((int) TAG.matcher(text).results().count())
                    .as("tags in " + source + ": each on a method of its own")
                    .isEqualTo(tags);
        }
        return tagged;
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path module : modules.filter(m -> Files.isRegularFile(m.resolve("pom.xml")))
                    .toList()) {
                Path tests = module.resolve("src/test/java");
                if (Files.isDirectory(tests)) {
                    try (Stream<Path> files = Files.walk(tests)) {
                        files.filter(f -> f.toString().endsWith("Test.java")).forEach(sources::add);
                    }
                }
            }
        }
        return sources;
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("docs/reliability.md"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
