package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Option;

class CommandLineTest {
    private static final String NOWHERE = "postgres://babar:s3cret@127.0.0.1:1/jobstore";

    static List<String> commands() {
        return List.copyOf(Commands.own().keySet());
    }

    @Test
    void helpNamesEveryCommandButHiddenOnes() {
        Ran ran = Ran.rework("--help");
        assertThat(ran.code()).isZero();
        for (String command : commands()) {
            if (command.equals(WarmUp.NAME)) {
                assertThat(ran.out()).doesNotContain(command);
            } else {
                assertThat(ran.out()).contains("  " + command + " ");
            }
        }
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandExplainsItself(String command) {
        Ran ran = Ran.rework(command, "--help");
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).startsWith("Usage: rework " + command);
        assertThat(ran.out()).contains("--debug").contains("--color");
        assertThat(ran.err()).isEmpty();
    }

    /** What stands there as text says something else one day. */
    @ParameterizedTest
    @MethodSource("commands")
    void noDefaultIsWrittenTwice(String command) {
        CommandLine line = new CommandLine(Commands.own().get(command).get());
        for (OptionSpec option : line.getCommandSpec().options()) {
            Object value = option.defaultValue() == null ? option.initialValue() : option.defaultValue();
            Option written = option.userObject() instanceof Field field ? field.getAnnotation(Option.class) : null;
            if (written != null) {
                assertThat(String.join(" ", written.description()))
                        .as(option.longestName())
                        .doesNotContainIgnoringCase("(" + value + ")", "(default ", "(default:");
            }
        }
    }

    @Test
    void aDefaultIsShownAsItIsWritten() {
        assertThat(Ran.rework("monitor", "--help").out()).containsPattern("next monitor\\s+\\(kill\\)");
        assertThat(Ran.rework("bench", "--help").out())
                .containsPattern("\\(enqueue,\\s*drain,\\s*latency,\\s*abort\\)");
    }

    @Test
    void saysItsVersion() {
        assertThat(Ran.rework("--version").out()).startsWith("rework ").contains("Java ");
    }

    @Test
    void nothingSaidIsAUsageError() {
        Ran ran = Ran.rework();
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).startsWith("Usage: rework");
    }

    @Test
    void anUnknownCommandIsAUsageErrorThatNamesTheNearest() {
        Ran ran = Ran.rework("list-task");
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("list-task").contains("did you mean").contains("list-tasks");
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "0", "-3", "1.5", "99999999999999999999", "1; drop table task", "١٢x"})
    void anIdIsANumberAboveZero(String id) {
        Ran ran = Ran.rework("show-task", NOWHERE, id);
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("rework:").doesNotContain("\tat ");
    }

    @Test
    void neededWordsAreAskedFor() {
        Ran ran = Ran.rework("schedule");
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).isEqualTo("""
                rework: schedule needs OPERATION
                  usage: rework schedule [DB] OPERATION [OPTIONS]
                """);
    }

    @Test
    void anAddressAloneIsNotTheNeededWord() {
        Ran ran = Ran.rework("schedule", NOWHERE);
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("needs OPERATION").doesNotContain("s3cret");
    }

    @Test
    void oneWordMoreThanNeededMustBeADatabase() {
        Ran ran = Ran.rework("list-tasks", "jobstore-of-nobody");
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("`jobstore-of-nobody` is neither an address");
    }

    @Test
    void tooManyWordsAreRefused() {
        Ran ran = Ran.rework("show-task", NOWHERE, "1", "2");
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("does not take so many words");
    }

    @Test
    void twoDatabasesAreRefused() {
        Ran ran = Ran.rework("list-tasks", "--db", NOWHERE, NOWHERE);
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("two databases").doesNotContain("s3cret");
    }

    @Test
    void aDatabaseOutOfReachIsExitCode3WithoutItsPassword() {
        for (String command : List.of("list-tasks", "list-operations", "list-workers", "list-monitors", "init-db")) {
            Ran ran = Ran.rework(command, NOWHERE);
            assertThat(ran.code()).as(command).isEqualTo(3);
            assertThat(ran.err())
                    .as(command)
                    .contains("out of reach")
                    .contains("127.0.0.1:1")
                    .doesNotContain("s3cret")
                    .doesNotContain("\tat ");
            assertThat(ran.err().lines()).as(command).hasSizeLessThanOrEqualTo(2);
        }
    }

    @Test
    void aStackTraceReachesNoTerminalRaw() {
        Ran ran = Ran.rework("list-tasks", "no\u001b[31mwhere", "--debug");
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("\tat ").doesNotContain("\u001b");
    }

    @Test
    void debugShowsTheStackTraceAndStillNoPassword() {
        Ran ran = Ran.rework("list-tasks", NOWHERE, "--debug");
        assertThat(ran.code()).isEqualTo(3);
        assertThat(ran.err()).contains("\tat ").doesNotContain("s3cret");
    }

    /** As one types them in haste: each is quoted in the error. */
    static List<List<String>> passwordsInTheWrongPlace() {
        return List.of(
                List.of(NOWHERE, "list-tasks"),
                List.of("list-tasks", "--limit", NOWHERE),
                List.of("list-tasks", "--limit", NOWHERE, "--debug"),
                List.of("list-tasks", "-o", "jdbc:postgresql://127.0.0.1/x?user=u&password=s3cret"),
                List.of("list-tasks", "http://babar:s3cret@host/jobstore"),
                List.of("list-tasks", "babar:s3cret@host/jobstore"),
                List.of("db", NOWHERE));
    }

    @ParameterizedTest
    @MethodSource("passwordsInTheWrongPlace")
    @Tag("S5")
    void aPasswordInTheWrongPlaceIsNotRepeated(List<String> words) {
        Ran ran = Ran.rework(words.toArray(String[]::new));
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("***").doesNotContain("s3cret");
    }

    @Test
    void howAnAddressIsWrittenIsShownWhole() {
        Ran ran = Ran.rework("doctor", "--db", "mysql://host/jobstore");
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).contains("postgres://user:password@host:port/database");
    }

    @Test
    void aValueThatBeginsWithAnAtSignIsNoFile(@TempDir Path folder) throws Exception {
        Path words = Files.writeString(folder.resolve("words"), "--help");
        for (String value : List.of("@" + words, "@" + folder)) {
            Ran ran = Ran.rework("list-tasks", NOWHERE, "--limit", value);
            assertThat(ran.code()).isEqualTo(2);
            assertThat(ran.err()).contains("'" + value + "' is not an int").doesNotContain("\tat ");
            assertThat(ran.out()).isEmpty();
        }
    }

    @Test
    @Tag("S12")
    void noOptionIsSplitByPicocliWhichWarnsOnATerminalOfWhatItWasGiven() {
        CommandLine all = Cli.commandLine(new ReworkCommand(Shell.ofProcess()), Commands.all());
        all.getSubcommands()
                .forEach((name, command) -> assertThat(command.getCommandSpec().options())
                        .as(name)
                        .allMatch(option -> option.splitRegex().isEmpty()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"postgres://h:port/db", "postgres://u:s3cret@h:99999/db", "postgresql://[::1/x"})
    void aMalformedAddressIsAUsageError(String address) {
        Ran ran = Ran.rework("list-tasks", address);
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).doesNotContain("s3cret").doesNotContain("\tat ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "--limit=0",
                "--limit=x",
                "--limit=-1",
                "--after=x",
                "--state=sleeping",
                "--output=yaml",
                "--no-such"
            })
    void aMalformedOptionIsAUsageError(String option) {
        Ran ran = Ran.rework("list-tasks", NOWHERE, option);
        assertThat(ran.code()).isEqualTo(2);
        assertThat(ran.err()).doesNotContain("\tat ");
    }

    @Test
    void completionIsShellCodeThatKnowsCommandsAndOptions() {
        Ran ran = Ran.rework("generate-completion");
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("list-tasks").contains("--maxworkers").doesNotContain(WarmUp.NAME);
    }

    @Test
    void theClassPathIsTheApisAlone() {
        Ran ran = Ran.rework("classpath");
        assertThat(ran.code()).isZero();
        assertThat(ran.out()).contains("postgresql").doesNotContain("picocli").doesNotContain("logback");
    }
}
