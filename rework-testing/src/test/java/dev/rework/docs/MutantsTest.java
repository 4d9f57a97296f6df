package dev.rework.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The guards of config/mutants.txt stand in the code as that says, and so do the tests: what .ci/mutants needs. */
class MutantsTest {

    private final Path root = root();

    private static Path root() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("mvnw"))) {
            folder = folder.getParent();
        }
        return folder;
    }

    private List<String> lines() throws IOException {
        return Files.readAllLines(root.resolve("config/mutants.txt"));
    }

    @Test
    void everyGuardStandsOnceInItsFile() throws IOException {
        List<String> wrong = new ArrayList<>();
        StringBuilder guard = new StringBuilder();
        String name = "";
        String text = "";
        int guards = 0;
        for (String line : lines()) {
            if (guard.length() > 0 && !line.startsWith("-")) {
                guards++;
                int at = text.indexOf(guard.toString());
                if (at < 0 || text.indexOf(guard.toString(), at + 1) >= 0) {
                    wrong.add(name + (at < 0 ? ": gone: " : ": more than once: ") + guard);
                }
                guard.setLength(0);
            }
            if (line.startsWith("= ")) {
                name = line.substring(2);
            } else if (line.startsWith("file ")) {
                text = Files.readString(root.resolve(line.substring(5)));
            } else if (line.startsWith("-")) {
                guard.append(line.substring(1)).append('\n');
            }
        }
        assertThat(guards).isGreaterThan(40);
        assertThat(wrong).isEmpty();
    }

    @Test
    void everyNamedTestIsThere() throws IOException {
        List<String> missing = new ArrayList<>();
        for (String line : lines()) {
            if (line.startsWith("test ")) {
                String[] words = line.split("[ #]");
                Path source = root.resolve(words[1]).resolve("src/test/java/" + words[2].replace('.', '/') + ".java");
                boolean there = Files.exists(source)
                        && (words.length < 4 || Files.readString(source).contains(" " + words[3] + "("));
                if (!there) {
                    missing.add(line);
                }
            }
        }
        assertThat(missing).isEmpty();
    }
}
