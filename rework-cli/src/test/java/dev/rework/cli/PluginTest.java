package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rework.embedded.TestDatabase;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Commands that others bring, found on the class path: see {@code META-INF/services} of these tests. */
class PluginTest {
    @RegisterExtension
    static final TestDatabase DB = new TestDatabase();

    /** A command of somebody else's. */
    public static final class Greet implements CommandPlugin {
        @Override
        public String name() {
            return "greet";
        }

        @Override
        public Object command() {
            return new GreetCommand();
        }
    }

    @Command(description = "Greets somebody, and says how many tasks there are.")
    static final class GreetCommand extends DatabaseCommand {
        @Option(names = "--loud", description = "In capitals.")
        boolean loud;

        @Override
        protected List<String> needs() {
            return List.of("NAME");
        }

        @Override
        protected ExitCode perform(Database database) {
            String name = loud ? word(0).toUpperCase(java.util.Locale.ROOT) : word(0);
            out().println("hello " + name + ", tasks: "
                    + database.client().tasks(dev.rework.TaskFilter.all()).size());
            return ExitCode.DONE;
        }
    }

    /** One that calls itself as one of ours is called. */
    public static final class Impostor implements CommandPlugin {
        @Override
        public String name() {
            return "list-tasks";
        }

        @Override
        public Object command() {
            return new GreetCommand();
        }
    }

    @Test
    void aPluginIsACommandLikeOurs() {
        Rows.queued(DB, Rows.operation(DB, "default", "hello", null));
        Ran ran = Ran.rework("greet", DB.url(), "Joe", "--loud");
        assertThat(ran.err()).isEmpty();
        assertThat(ran.out()).isEqualTo("hello JOE, tasks: 1\n");
        assertThat(Ran.rework("greet", DB.url(), "Joe", "--quietly").code()).isEqualTo(2);
        assertThat(Ran.rework("greet", "postgres://127.0.0.1:1/x", "Joe").code())
                .isEqualTo(3);
    }

    @Test
    void itStandsInTheHelpAndInTheCompletion() {
        assertThat(Ran.rework("--help").out()).containsPattern("(?m)^  greet +Greets somebody");
        assertThat(Ran.rework("greet", "--help").out()).contains("Usage: rework greet [DB] NAME", "--loud");
        assertThat(Ran.rework("generate-completion").out()).contains("greet", "--loud");
    }

    @Test
    void itReplacesNoneOfOurs() {
        assertThat(Ran.rework("list-tasks", "--help").out())
                .contains("--[no-]tracebacks")
                .doesNotContain("--loud");
    }
}
