package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.TestDatabase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class RegisterCommandTest {
    @RegisterExtension
    static final TestDatabase DB = new TestDatabase();

    @TempDir
    static Path folder;

    @Test
    void aDomainThatHasNoOperationIsSaidBesideTheCount() throws IOException {
        Path source = Files.writeString(folder.resolve("Greetings.java"), """
                import dev.rework.*;

                public class Greetings {
                    @Operation
                    public static void greet(TaskContext task) {}
                }
                """);

        Ran none = Ran.rework("register-operations", DB.url(), source.toString(), "--domain", "images");
        assertThat(none.out()).isEqualTo("registered 0 new operation (0 already known)\n");
        assertThat(none.err()).contains("images is no operation's domain").contains("--asdomain images");

        Ran noJar = Ran.rework("register-operations", DB.url(), source.toString(), "--classpath", source.toString());
        assertThat(noJar.code()).isEqualTo(1);
        assertThat(noJar.err()).contains(source + " on the class path is neither a jar nor a directory");

        Ran red = Ran.rework("register-operations", DB.url(), source.toString(), "--domain", "\u001b[31m\u202e");
        assertThat(red.err()).contains("--asdomain").doesNotContain("\u001b", "\u202e");

        Ran one = Ran.rework("register-operations", DB.url(), source.toString(), "--domain", "default");
        assertThat(one.out()).isEqualTo("registered 1 new operation (0 already known)\n");
        assertThat(one.err()).isEmpty();
    }
}
