package dev.rework.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rework.InvalidOperation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SourceCompilerTest {
    private static final String QUICK_START = """
            import dev.rework.*;

            public class FirstTasks {
                @Operation
                public static void my_first_task(TaskContext task) {
                    System.out.println("I am running");
                }

                public record In(int number) {}

                @Operation
                public static int twice(In in) { return Other.twice(in.number()); }

                public static void main(String[] arguments) {}
            }

            class Other {
                static int twice(int number) { return number * 2; }
            }
            """;

    @TempDir
    Path folder;

    private RegistrationIndex.Source read(Path source, Path... classpath) {
        return new SourceReader(new Registrar.Options(
                        "h", null, null, List.of(classpath), new ReworkHome(folder.resolve("home"))))
                .read(source);
    }

    @Test
    void oneFileWithSeveralClassesIsCompiledOnce() throws Exception {
        Path source = UserCode.source(folder, QUICK_START);
        RegistrationIndex.Source first = read(source);
        assertThat(first.path()).isEqualTo(source.toString());
        assertThat(first.code().getParent()).isEqualTo(folder.resolve("home/compiled"));
        assertThat(OperationScanner.scan(first).operations())
                .extracting(declared -> declared.entry().name())
                .containsExactly("my_first_task", "twice");
        Object stamp = Files.getLastModifiedTime(first.code().resolve("Other.class"));
        assertThat(read(source)).isEqualTo(first);
        assertThat(Files.getLastModifiedTime(first.code().resolve("Other.class")))
                .isEqualTo(stamp);
        UserCode.source(folder, QUICK_START.replace("* 2", "* 3"));
        RegistrationIndex.Source changed = read(source);
        assertThat(changed.code()).isNotEqualTo(first.code());
        assertThat(first.code()).exists();
        assertThat(Files.list(folder.resolve("home/compiled"))).hasSize(2);
    }

    @Test
    void whatIsOldAndRegisteredNowhereIsForgotten() throws Exception {
        Path source = UserCode.source(folder, QUICK_START);
        Path registered = read(source).code();
        UserCode.source(folder, QUICK_START.replace("* 2", "* 3"));
        Path forgotten = read(source).code();
        UserCode.source(folder, QUICK_START.replace("* 2", "* 4"));
        Path young = read(source).code();
        Path index = new ReworkHome(folder.resolve("home")).folder("registrations", "i", "h");
        Files.writeString(index.resolve("d.index"), "source " + registered);
        FileTime old = FileTime.from(Instant.now().minus(Duration.ofDays(31)));
        Files.setLastModifiedTime(registered, old);
        Files.setLastModifiedTime(forgotten, old);
        UserCode.source(folder, QUICK_START.replace("* 2", "* 5"));
        Path newest = read(source).code();
        assertThat(Files.list(folder.resolve("home/compiled"))).containsExactlyInAnyOrder(registered, young, newest);
    }

    @Test
    void errorsOfTheCompilerAreReadable() throws Exception {
        Path source = UserCode.source(
                folder, QUICK_START.replace("in.number()", "in.numbr()").replace("\"I am running\"", "unknown"));
        assertThatExceptionOfType(InvalidOperation.class)
                .isThrownBy(() -> read(source))
                .satisfies(e -> assertThat(e.problems())
                        .satisfiesExactly(
                                first -> assertThat(first)
                                        .startsWith("FirstTasks.java:6: cannot find symbol; symbol: variable unknown"),
                                second -> assertThat(second)
                                        .startsWith("FirstTasks.java:12: cannot find symbol; symbol: method numbr()")));
        assertThat(Files.list(folder.resolve("home/compiled"))).isEmpty();
        Path empty = Files.writeString(folder.resolve("Empty.java"), "this is no java");
        assertThatExceptionOfType(InvalidOperation.class)
                .isThrownBy(() -> read(empty))
                .withMessageContaining("Empty.java:1:");
    }

    @Test
    void theClassPathServesItAndItsNeighboursDoNot() throws Exception {
        Path library = new UserCode(folder)
                .jar("library.jar", "package lib; public class Lib { public static int one() { return 1; } }");
        Path libraries = Files.createDirectories(folder.resolve("lib"));
        Files.copy(library, libraries.resolve("library.jar"));
        Path source = UserCode.source(folder, """
                public class Uses {
                    @dev.rework.Operation public static int uses() { return lib.Lib.one(); }
                }
                """);
        assertThatExceptionOfType(InvalidOperation.class)
                .isThrownBy(() -> read(source))
                .withMessageContaining("package lib does not exist");
        assertThat(read(source, library).given()).containsExactly(library);
        assertThat(read(source, libraries.resolve("*")).given()).containsExactly(libraries.resolve("library.jar"));
        UserCode.source(folder, "public class Neighbour { public static int two() { return 2; } }");
        UserCode.source(folder, """
                public class Uses {
                    @dev.rework.Operation public static int uses() { return Neighbour.two(); }
                }
                """);
        assertThatExceptionOfType(InvalidOperation.class)
                .isThrownBy(() -> read(source))
                .withMessageContaining("Neighbour");
    }
}
