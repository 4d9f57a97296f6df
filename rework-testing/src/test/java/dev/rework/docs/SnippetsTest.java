package dev.rework.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Every Java and SQL block of README and docs stands, word for word, between {@code // begin NAME} and {@code // end NAME}
 * ({@code -- begin} in SQL) in a file of a test that runs, or somewhere in it but for white space; the comment above the block
 * says where.
 */
class SnippetsTest {

    private static final Pattern BLOCK =
            Pattern.compile("(?:<!-- from ([^\\s#]+)(?:#(\\S+))? -->\\n)?```(java|sql)\\n(.*?)```", Pattern.DOTALL);

    @TestFactory
    Stream<DynamicTest> everyBlockIsTakenFromATestThatRuns() throws IOException {
        Path root = root();
        List<DynamicTest> tests = new ArrayList<>();
        for (Path page : pages(root)) {
            Matcher block = BLOCK.matcher(Files.readString(page));
            while (block.find()) {
                String name = root.relativize(page) + ": "
                        + block.group(4).lines().findFirst().orElse("");
                String file = block.group(1);
                String region = block.group(2);
                String text = block.group(4);
                tests.add(DynamicTest.dynamicTest(name, () -> {
                    assertThat(file)
                            .as("a comment <!-- from FILE#NAME --> above the block")
                            .isNotNull();
                    if (region == null) {
                        assertThat(words(Files.readString(root.resolve(file)))).contains(words(text));
                    } else {
                        assertThat(text.strip())
                                .isEqualTo(region(root.resolve(file), region).strip());
                    }
                }));
            }
        }
        return tests.stream();
    }

    private static List<Path> pages(Path root) throws IOException {
        try (Stream<Path> docs = Files.walk(root.resolve("docs"))) {
            return Stream.concat(Stream.of(root.resolve("README.md")), docs)
                    .filter(file -> file.toString().endsWith(".md") && Files.exists(file))
                    .toList();
        }
    }

    private static String region(Path file, String name) throws IOException {
        List<String> lines = Files.readAllLines(file);
        List<String> found = new ArrayList<>();
        boolean inside = false;
        for (String line : lines) {
            String bare = line.strip();
            if (bare.equals("// begin " + name) || bare.equals("-- begin " + name)) {
                inside = true;
            } else if (bare.equals("// end " + name) || bare.equals("-- end " + name)) {
                inside = false;
            } else if (inside) {
                found.add(line);
            }
        }
        assertThat(found).as("region " + name + " of " + file).isNotEmpty();
        return String.join("\n", found).stripIndent();
    }

    private static String words(String text) {
        return text.replaceAll("\\s+", " ").strip();
    }

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("mvnw"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
