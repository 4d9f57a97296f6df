package dev.rework.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Keeps the tables of {@code docs/security.md} and {@code docs/guarantees.md} and the tests they name in step. */
class SecurityTableTest {
    private static final List<String> ROWS = List.of(
            "S1", "S2", "S3", "S4", "S5", "S6", "S7", "S8", "S12", "S13", "S14", "S15", "S17", "S18", "S19", "S20",
            "S21", "S22", "S23", "S24");
    private static final Pattern LINK = Pattern.compile("\\[`(\\w+)(?:#(\\w+))?`]\\(\\.\\./([^)]+\\.java)\\)");
    private static final Pattern TAG = Pattern.compile("^    @Tag\\(\"(S\\d+)\"\\)$");
    private static final Pattern METHOD = Pattern.compile("^    (?:static )?void (\\w+)\\(.*");

    private static final Path ROOT = root();

    private record Row(String id, Set<String> tests, String verdict) {}

    @Test
    void eachThreatHasItsRowAndSaysWhatProvesIt() throws IOException {
        List<Row> rows = rows();
        assertThat(rows).extracting(Row::id).containsExactlyElementsOf(ROWS);
        Map<String, Integer> verdicts = new TreeMap<>();
        for (Row row : rows) {
            assertThat(row.tests()).as(row.id()).isNotEmpty();
            assertThat(row.verdict()).as(row.id()).matches("proven|partly: .+");
            verdicts.merge(row.verdict().split(":")[0], 1, Integer::sum);
        }
        System.out.println("docs/security.md: " + verdicts);
    }

    @Test
    void namedTestsCarryTheTagOfTheirRowAndNoOthersDo() throws IOException {
        Map<String, Set<String>> named = new TreeMap<>();
        for (Row row : rows()) {
            row.tests()
                    .forEach(test ->
                            named.computeIfAbsent(test, key -> new TreeSet<>()).add(row.id()));
        }
        assertThat(tagged()).containsExactlyInAnyOrderEntriesOf(named);
    }

    @Test
    void eachGuaranteeIsLinkedToTestsThatExist() throws IOException {
        int promises = 0;
        for (String line : Files.readAllLines(ROOT.resolve("docs/guarantees.md"))) {
            boolean head =
                    line.startsWith("|---") || line.startsWith("| promise |") || line.startsWith("| not promised |");
            if (!line.startsWith("| ") || head) {
                continue;
            }
            promises++;
            String cell = line.substring(line.lastIndexOf(" | ") + 3);
            Matcher link = LINK.matcher(cell);
            int links = 0;
            while (link.find()) {
                links++;
                String source = Files.readString(ROOT.resolve(link.group(3)));
                assertThat(link.group(3)).endsWith("/" + link.group(1) + ".java");
                if (link.group(2) != null) {
                    assertThat(source).as(line).contains("void " + link.group(2) + "(");
                }
            }
            assertThat(links).as(line).isPositive().isEqualTo(cell.split("`, \\[|\\), \\[").length);
        }
        assertThat(promises).isGreaterThan(35);
    }

    private static List<Row> rows() throws IOException {
        List<Row> rows = new ArrayList<>();
        for (String line : Files.readAllLines(ROOT.resolve("docs/security.md"))) {
            if (line.matches("\\| S\\d+ \\|.*")) {
                String[] cells = line.substring(2, line.length() - 2).split(" \\| ");
                assertThat(cells).as(line).hasSize(5);
                Set<String> tests = new TreeSet<>();
                Matcher link = LINK.matcher(cells[3]);
                while (link.find()) {
                    tests.add(link.group(3) + "#" + link.group(2));
                }
                rows.add(new Row(cells[0], tests, cells[4]));
            }
        }
        return rows;
    }

    /** Every test method of the house that carries such a tag, with its rows. */
    private static Map<String, Set<String>> tagged() throws IOException {
        Map<String, Set<String>> tagged = new TreeMap<>();
        for (Path source : sources()) {
            Set<String> tags = new TreeSet<>();
            for (String line : Files.readAllLines(source)) {
                Matcher tag = TAG.matcher(line);
                Matcher method = METHOD.matcher(line);
                if (tag.matches()) {
                    tags.add(tag.group(1));
                } else if (method.matches() && !tags.isEmpty()) {
                    tagged.put(ROOT.relativize(source) + "#" + method.group(1), tags);
                    tags = new TreeSet<>();
                }
            }
        }
        return tagged;
    }

    private static List<Path> sources() throws IOException {
        List<Path> sources = new ArrayList<>();
        try (Stream<Path> modules = Files.list(ROOT)) {
            for (Path module : modules.filter(m -> Files.isDirectory(m.resolve("src/test/java")))
                    .toList()) {
                try (Stream<Path> files = Files.walk(module.resolve("src/test/java"))) {
                    files.filter(f -> f.toString().endsWith("Test.java")).forEach(sources::add);
                }
            }
        }
        return sources;
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("docs/security.md"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
