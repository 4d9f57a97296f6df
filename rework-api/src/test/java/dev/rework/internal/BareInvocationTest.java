package dev.rework.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.internal.RegistrationIndex.Section;
import dev.rework.internal.RegistrationIndex.Source;
import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a worker loads to run an operation that neither takes nor gives a value. */
class BareInvocationTest {
    @TempDir
    Path folder;

    /** The child process: an index, an operation. */
    static final class Main {
        public static void main(String[] arguments) throws Throwable {
            RegistrationIndex index = RegistrationIndex.read(Path.of(arguments[0]));
            RegistrationIndex.Entry entry = index.find(arguments[1]);
            try (Invocation invocation = new Invocation(Main.class.getClassLoader())) {
                String output = invocation.call(
                        entry, null, null, TaskStart.at(ZonedDateTime.now(java.time.ZoneOffset.UTC)), null);
                System.out.println("output " + output);
            }
        }
    }

    private String run(String operation) throws Exception {
        Path classes = new UserCode(folder).classes("""
                        package user;
                        import dev.rework.*;
                        public class Bare {
                            @Operation public static void old_style(TaskContext task) {}
                            @Operation public void instance() {}
                            @Operation public static int typed() { return 5; }
                        }
                        """);
        Source source = new Source("bare", "0", false, classes, List.of(), List.of());
        Path file = RegistrationIndex.file(new ReworkHome(folder), new java.util.UUID(1, 1), "h", "default");
        new RegistrationIndex(List.of(new Section(
                        source,
                        OperationScanner.scan(source).operations().stream()
                                .map(Declared::entry)
                                .toList())))
                .write(file);
        Process child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xlog:class+load",
                        "-cp",
                        System.getProperty("java.class.path") + File.pathSeparator + classes,
                        Main.class.getName(),
                        file.toString(),
                        operation)
                .redirectErrorStream(true)
                .start();
        String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(child.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return output;
    }

    @Test
    void noJacksonForTheAncestorsStyle() throws Exception {
        for (String operation : List.of("old_style", "instance")) {
            assertThat(run(operation))
                    .contains("output null")
                    .contains("user.Bare")
                    .doesNotContain("tools.jackson")
                    .doesNotContain("classgraph")
                    .doesNotContain("org.jdbi");
        }
    }

    @Test
    void jacksonForValues() throws Exception {
        assertThat(run("typed")).contains("output 5").contains("tools.jackson");
    }
}
