package dev.rework.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rework.internal.RegistrationIndex.Entry;
import dev.rework.internal.RegistrationIndex.Section;
import dev.rework.internal.RegistrationIndex.Source;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RegistrationIndexTest {
    private static final UUID INSTALLATION = new UUID(1, 2);

    @TempDir
    Path folder;

    private ReworkHome home() {
        return new ReworkHome(folder.resolve("home"));
    }

    private static Section section(String path, String... names) {
        Source source = new Source(
                path, "abc", false, Path.of(path), List.of(Path.of("/given.jar")), List.of(Path.of(path + ".lib")));
        return new Section(
                source,
                List.of(names).stream()
                        .map(name -> new Entry(name, "user.Tasks$In", "run", List.of("[B", "int"), "{}", null, path))
                        .toList());
    }

    @Test
    void comesBackAsItWasWritten() {
        Path file = RegistrationIndex.file(home(), INSTALLATION, "h 1", "default");
        assertThat(RegistrationIndex.read(file).entries()).isEmpty();
        String odd = "tab\tline\nreturn\rback\\slash \\t é";
        Source source = new Source(odd, "0", true, Path.of("/a b"), List.of(), List.of());
        RegistrationIndex index = new RegistrationIndex(List.of(
                section("/x.jar", "a", "b"),
                new Section(
                        source,
                        List.of(
                                new Entry(odd, "C", "m", List.of(), odd, "-", odd),
                                new Entry("-", "C", "m", List.of("a.B"), null, null, odd)))));
        index.write(file);
        RegistrationIndex back = RegistrationIndex.read(file);
        assertThat(back.sections().get(0)).isEqualTo(index.sections().get(0));
        assertThat(back.sections().get(1).source()).isEqualTo(source);
        assertThat(back.find(odd).inputs()).isEqualTo(odd);
        assertThat(back.find("-").parameters()).containsExactly("a.B");
        assertThat(back.find("nobody")).isNull();
    }

    @Test
    void severalPathsAreMergedAndTheNewestComesFirst() {
        RegistrationIndex index = new RegistrationIndex(List.of())
                .with(section("/one.jar", "a", "b"))
                .with(section("/two.jar", "b", "c"));
        assertThat(index.entries()).extracting(Entry::name).containsExactly("a", "b", "c");
        assertThat(index.find("b").path()).isEqualTo("/two.jar");
        assertThat(index.classpath())
                .containsExactly(
                        Path.of("/given.jar"),
                        Path.of("/two.jar"),
                        Path.of("/two.jar.lib"),
                        Path.of("/one.jar"),
                        Path.of("/one.jar.lib"));
        RegistrationIndex again = index.with(section("/one.jar", "b"));
        assertThat(again.entries()).extracting(Entry::name).containsExactly("c", "b");
        assertThat(again.with(section("/two.jar")).classpath()).doesNotContain(Path.of("/two.jar"));
        assertThat(again.without(Set.of("b")).entries()).extracting(Entry::name).containsExactly("c");
    }

    @Test
    void itsStampChangesWithIt() {
        Path file = RegistrationIndex.file(home(), INSTALLATION, "h", "default");
        assertThat(RegistrationIndex.stamp(file)).isEmpty();
        Set<String> stamps = new HashSet<>();
        for (String name : List.of("a", "b", "a")) {
            new RegistrationIndex(List.of(section("/x.jar", name))).write(file);
            stamps.add(RegistrationIndex.stamp(file));
        }
        assertThat(stamps).hasSize(3);
    }

    @Test
    void aDamagedOrForeignOneIsNamed() throws Exception {
        Path file = RegistrationIndex.file(home(), INSTALLATION, "h", "default");
        for (String text :
                List.of("", "rework-index 2\n", "rework-index 1\noperation\ta\n", "rework-index 1\nwhat\n")) {
            Files.writeString(file, text);
            assertThatExceptionOfType(UncheckedIOException.class)
                    .isThrownBy(() -> RegistrationIndex.read(file))
                    .withMessageContaining("register the operations again");
        }
        Files.writeString(file, "rework-index 1\nsource\ta\tb\tfalse\noperation\ta\n");
        assertThatExceptionOfType(UncheckedIOException.class).isThrownBy(() -> RegistrationIndex.read(file));
    }

    @Test
    @Tag("S21")
    void onlyItsUserMayLookInside() throws Exception {
        Path file = RegistrationIndex.file(home(), INSTALLATION, "h", "d");
        new RegistrationIndex(List.of()).write(file);
        for (Path made = file.getParent(); !made.equals(home().path()); made = made.getParent()) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
                    .isEqualTo("rwx------");
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        assertThat(Files.list(file.getParent())).containsExactly(file);
    }

    @Test
    @Tag("S21")
    void namesOfHostsAndDomainsMakeSafeFileNames() {
        Set<String> names = new HashSet<>();
        Random random = new Random(7);
        List<String> texts = new java.util.ArrayList<>(List.of(
                "",
                ".",
                "..",
                "a",
                "A",
                "a/b",
                "a%2fb",
                "../../x",
                "é",
                "C:\\x",
                "con",
                "x".repeat(200),
                "X".repeat(200),
                "é".repeat(200),
                "a\u0000b",
                "a\nb",
                "~",
                "%"));
        for (int i = 0; i < 2000; i++) {
            texts.add(random.ints(1 + random.nextInt(8), 0x20, 0x250)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString());
        }
        Set<String> different = new HashSet<>(texts);
        for (String text : different) {
            String name = ReworkHome.fileName(text);
            assertThat(name).matches("[a-z0-9%_~-][a-z0-9%._~-]*").hasSizeLessThanOrEqualTo(120);
            assertThat(names.add(name)).as(text).isTrue();
            assertThat(folder.resolve(name + ".index").getParent()).isEqualTo(folder);
        }
    }

    @Test
    void homeIsWhereTheEnvironmentSays() {
        assertThat(ReworkHome.of(Map.of("REWORK_HOME", "/somewhere/else")).path())
                .isEqualTo(Path.of("/somewhere/else"));
        assertThat(ReworkHome.of(Map.of("REWORK_HOME", " ")).path().toString()).endsWith(".local/share/rework");
    }
}
