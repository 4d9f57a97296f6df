package dev.rework.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TarTest {

    @TempDir
    Path folder;

    private final ByteArrayOutputStream archive = new ByteArrayOutputStream();

    private void add(char kind, String name, String link, String content) {
        byte[] header = new byte[512];
        put(header, 0, name);
        put(header, 100, "0000755");
        put(header, 124, "%011o".formatted(content.length()));
        header[156] = (byte) kind;
        put(header, 157, link);
        put(header, 257, "ustar");
        archive.writeBytes(header);
        archive.writeBytes(
                Arrays.copyOf(content.getBytes(StandardCharsets.US_ASCII), (content.length() + 511) / 512 * 512));
    }

    private static void put(byte[] header, int at, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(bytes, 0, header, at, bytes.length);
    }

    private void unpack() throws IOException {
        archive.writeBytes(new byte[1024]);
        Tar.unpack(new ByteArrayInputStream(archive.toByteArray()), folder.resolve("into"));
    }

    @Test
    void unpacksFoldersFilesAndLinks() throws IOException {
        add('5', "bin/", "", "");
        add('0', "bin/program", "", "x".repeat(1000));
        add('2', "lib/alias", "../bin/program", "");
        add('1', "bin/again", "bin/program", "");
        unpack();
        Path into = folder.resolve("into");
        assertThat(into.resolve("bin/program")).hasContent("x".repeat(1000));
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(into.resolve("bin/program"))))
                .isEqualTo("rwxr-xr-x");
        assertThat(Files.readSymbolicLink(into.resolve("lib/alias"))).isEqualTo(Path.of("../bin/program"));
        assertThat(into.resolve("bin/again")).hasContent("x".repeat(1000));
    }

    @Test
    void readsGnuLongNames() throws IOException {
        String name = "a".repeat(90) + "/" + "b".repeat(90);
        add('L', "././@LongLink", "", name);
        add('0', name.substring(0, 99), "", "long");
        unpack();
        assertThat(folder.resolve("into").resolve(name)).hasContent("long");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../out", "bin/../../out", "/tmp/rework-tar-test-out"})
    void nothingLeavesItsFolder(String name) {
        add('0', name, "", "x");
        assertThatThrownBy(this::unpack).hasMessageContaining("leaves its folder");
    }

    @Test
    void noLinkLeavesItsFolder() {
        add('2', "alias", "../../etc/passwd", "");
        assertThatThrownBy(this::unpack).hasMessageContaining("leaves its folder");
    }

    @Test
    void aCutArchiveIsAnError() {
        add('0', "file", "", "x".repeat(1000));
        byte[] cut = Arrays.copyOf(archive.toByteArray(), 900);
        assertThatThrownBy(() -> Tar.unpack(new ByteArrayInputStream(cut), folder.resolve("into")))
                .isInstanceOf(EOFException.class);
    }

    @Test
    void anUnknownKindIsAnError() {
        add('7', "file", "", "");
        assertThatThrownBy(this::unpack).hasMessageContaining("unknown kind");
    }
}
