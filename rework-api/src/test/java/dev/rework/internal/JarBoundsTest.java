package dev.rework.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rework.InvalidOperation;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JarBoundsTest {
    private static final int MIB = 1 << 20;

    @TempDir
    Path folder;

    private Declared.Found scan(Path path) {
        return OperationScanner.scan(new SourceReader(
                        new Registrar.Options("h", null, null, List.of(), new ReworkHome(folder.resolve("home"))))
                .read(path));
    }

    private Path jar(Map<String, Integer> entries) throws IOException {
        Path jar = folder.resolve("some.jar");
        try (OutputStream file = Files.newOutputStream(jar);
                ZipOutputStream zip = new ZipOutputStream(file)) {
            byte[] zeros = new byte[MIB];
            for (String name : entries.keySet().stream().sorted().toList()) {
                zip.putNextEntry(new ZipEntry(name));
                for (int left = entries.getOrDefault(name, 0); left > 0; left -= MIB) {
                    zip.write(zeros, 0, Math.min(left, MIB));
                }
            }
        }
        return jar;
    }

    @Test
    @Tag("S14")
    void aClassFileThatInflatesBeyondMeasureIsNotRead() throws Exception {
        assertThatExceptionOfType(InvalidOperation.class)
                .isThrownBy(() -> scan(jar(Map.of("a/Bomb.class", 17 * MIB))))
                .withMessageContaining("some.jar inflates beyond 16777216 bytes, at entry `a/Bomb.class`");
        assertThatExceptionOfType(InvalidOperation.class)
                .isThrownBy(() -> scan(jar(Map.of("META-INF/MANIFEST.MF", 17 * MIB))))
                .withMessageContaining("at entry `META-INF/MANIFEST.MF`");
    }

    @Test
    @Tag("S14")
    void manyThatTogetherDoAreNotReadEither() throws Exception {
        assertThatExceptionOfType(InvalidOperation.class)
                .isThrownBy(() -> scan(jar(Map.of(
                        "a.class", 15 * MIB, "b.class", 15 * MIB, "c.class", 15 * MIB, "d.class", 15 * MIB, "e.class",
                        15 * MIB))))
                .withMessageContaining("some.jar inflates beyond 67108864 bytes, at entry `e.class`");
    }

    @Test
    @Tag("S14")
    void whatNobodyReadsMayBeAsLargeAsItLikes() throws Exception {
        assertThat(scan(jar(Map.of("zeros.bin", 100 * MIB))).operations()).isEmpty();
    }

    @Test
    @Tag("S14")
    void anEntryThatLeadsOutIsRefusedAndNothingIsWritten() throws Exception {
        for (String name : List.of(
                "../../escaped.class", "/tmp/escaped.class", "a/../../escaped.txt", "a\\..\\escaped.class", "..")) {
            assertThatExceptionOfType(InvalidOperation.class)
                    .as(name)
                    .isThrownBy(() -> scan(jar(Map.of(name, 4))))
                    .withMessageContaining("`" + name + "`, which leads out of it");
        }
        assertThat(folder.getParent().resolve("escaped.class")).doesNotExist();
        assertThat(Path.of("/tmp/escaped.class")).doesNotExist();
    }
}
