package dev.rework.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rework.InvalidOperation;
import dev.rework.OnCrash;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperationScannerTest {
    @TempDir
    Path folder;

    private Registrar.Options options(Path... classpath) {
        return new Registrar.Options("h", null, null, List.of(classpath), new ReworkHome(folder.resolve("home")));
    }

    private Declared.Found scan(Path path, Path... classpath) {
        return OperationScanner.scan(new SourceReader(options(classpath)).read(path));
    }

    private static final String GOOD = """
            package user.code;

            import dev.rework.*;

            public class Tasks {
                static { System.setProperty("rework.canary", "ran"); }

                public record In(String text, @Default("3") int times) {}
                public record Out(String text) {}

                @Operation
                public static void old_style(TaskContext task) {}

                @Operation(name = "renamed", domain = "images", timeout = "PT3M", grace = "PT2.5S", retries = 2,
                        onCrash = OnCrash.RETRY, backoff = "PT2S", maxBackoff = "P1D", priority = -7,
                        description = "Shrinks one image")
                public static Out typed(In input, TaskContext task) { return null; }

                @Operation
                public Out instance(TaskContext task, In input) { return null; }

                @Operation
                public static int[] arrays(byte[] file) { return null; }

                @Operation
                public static String several(String... words) { return null; }

                public static void other(In a, In b) {}

                public static class Nested {
                    @Operation(domain = "images") public void old_style(long number) {}
                }

                public interface Statics {
                    @Operation static void in_an_interface() {}
                }
            }
            """;

    @Test
    @Tag("S4")
    void readsBothStylesFromAJarWithoutRunningAnything() throws Exception {
        Path jar = new UserCode(folder).jar("tasks.jar", GOOD);

        Declared.Found found = scan(jar);

        assertThat(found.problems()).isEmpty();
        assertThat(found.operations())
                .extracting(declared -> declared.domain() + "/"
                        + declared.entry().name() + " " + declared.entry().className() + " "
                        + declared.entry().parameters())
                .containsExactlyInAnyOrder(
                        "default/old_style user.code.Tasks [dev.rework.TaskContext]",
                        "images/renamed user.code.Tasks [user.code.Tasks$In, dev.rework.TaskContext]",
                        "default/instance user.code.Tasks [dev.rework.TaskContext, user.code.Tasks$In]",
                        "default/arrays user.code.Tasks [[B]",
                        "default/several user.code.Tasks [[Ljava.lang.String;]",
                        "images/old_style user.code.Tasks$Nested [long]",
                        "default/in_an_interface user.code.Tasks$Statics []");
        assertThat(System.getProperty("rework.canary")).isNull();
    }

    @Test
    void readsThePolicyAndItsDefaults() throws Exception {
        List<Declared> operations = scan(new UserCode(folder).classes(GOOD)).operations();

        Declared renamed = named(operations, "renamed");
        assertThat(renamed.timeout()).isEqualTo(Duration.ofMinutes(3));
        assertThat(renamed.grace()).isEqualTo(Duration.ofMillis(2500));
        assertThat(renamed.priority()).isEqualTo(-7);
        assertThat(renamed.description()).isEqualTo("Shrinks one image");
        assertThat(renamed.retry())
                .isEqualTo(new Declared.Retry(2, OnCrash.RETRY, Duration.ofSeconds(2), Duration.ofDays(1)));
        assertThat(renamed.entry().inputs()).contains("\"default\":3");
        assertThat(renamed.entry().outputs()).contains("\"text\"");
        Declared plain = named(operations, "instance");
        assertThat(plain.timeout()).isNull();
        assertThat(plain.retry())
                .isEqualTo(new Declared.Retry(0, OnCrash.FAIL, Duration.ofSeconds(1), Duration.ofHours(1)));
    }

    private static Declared named(List<Declared> operations, String name) {
        return operations.stream()
                .filter(declared -> declared.entry().name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    @DisplayName("A04 all wrong declarations are told at once, with class and line")
    void allWrongDeclarationsAreToldAtOnceWithClassAndLine() throws Exception {
        Path jar = new UserCode(folder).jar("wrong.jar", """
                        package user;
                        import dev.rework.*;
                        import java.util.concurrent.*;
                        public class Wrong {
                            public record Bad(@Default("x") int number, @Choices({"1", "b"}) int choice,
                                    @Choices({"a"}) @Default("c") String letter, @Default("2026-01-01 09:00") java.time.Instant at) {}
                            @Operation static void hidden() {}
                            @Operation public static void twice(int a) {}
                            @Operation(name = "twice") public static void again(int a) {}
                            @Operation(domain = "other") public static void twice(long a) {}
                            @Operation(timeout = "3 minutes", grace = "-PT1S") public static void times() {} @Operation(name = "times") public static void slow() {}
                            @Operation(timeout = "PT0S") public static void zero() {}
                            @Operation(backoff = "PT2H", maxBackoff = "PT1H") public static void backoffs() {}
                            @Operation public static void inputs(int a, String b, TaskContext c, TaskContext d) {}
                            @Operation(onCrash = OnCrash.RETRY) public static void crash() {}
                            @Operation(retries = -1) public static void negative() {} @Operation(retries = Integer.MAX_VALUE, timeout = "P36501D", priority = Integer.MIN_VALUE) public static void most() {}
                            @Operation public void instance() {}
                            @Operation public static <T> void generic(T in) {}
                            @Operation public static Future<String> later() { return null; }
                            @Operation(name = " ", domain = "") public static void names() {}
                            @Operation(name = "a\\u001bb") public static void control() {}
                            @Operation public static void bad(Bad in) {}
                            Wrong(int a) {}
                            class Inner { @Operation public void inner() {} }
                            public static abstract class Abstract {
                                @Operation public void concrete() {}
                                @Operation public abstract void nothing();
                            }
                            public interface Face { @Operation default void face() {} }
                        }
                        """);

        Declared.Found found = scan(jar);

        assertThat(found.problems())
                .containsExactlyInAnyOrder(
                        "user.Wrong.hidden (Wrong.java:7): the method is not public",
                        "user.Wrong.again (Wrong.java:9): is called `twice` in domain `default`"
                                + " as user.Wrong.twice (Wrong.java:8) is: give one another name",
                        "user.Wrong.slow (Wrong.java:11): is called `times` in domain `default`"
                                + " as user.Wrong.times (Wrong.java:11) is: give one another name",
                        "user.Wrong.times (Wrong.java:11): timeout `3 minutes` is not an ISO 8601 duration such as PT3M",
                        "user.Wrong.times (Wrong.java:11): grace `-PT1S` is negative",
                        "user.Wrong.zero (Wrong.java:12): timeout is zero: leave it out for none",
                        "user.Wrong.backoffs (Wrong.java:13): maxBackoff PT1H is shorter than backoff PT2H",
                        "user.Wrong.inputs (Wrong.java:14): takes 2 inputs: at most one, so put them into a record",
                        "user.Wrong.inputs (Wrong.java:14): takes the TaskContext more than once",
                        "user.Wrong.crash (Wrong.java:15): onCrash = RETRY with retries = 0: say how often",
                        "user.Wrong.negative (Wrong.java:16): retries is negative",
                        "user.Wrong.most (Wrong.java:16): timeout `P36501D` is longer than the 36500 days allowed",
                        "user.Wrong.most (Wrong.java:16): retries is more than the 1000000 allowed",
                        "user.Wrong.most (Wrong.java:16): priority is below the -2147483647 allowed",
                        "user.Wrong.instance (Wrong.java:17): not static, and its class has no public no-argument"
                                + " constructor (nor is there a service dev.rework.Instances): make it static or add one",
                        "user.Wrong.generic (Wrong.java:18): a generic method cannot be an operation",
                        "user.Wrong.later (Wrong.java:19): returns a java.util.concurrent.Future:"
                                + " return the value itself",
                        "user.Wrong.names (Wrong.java:20): name ` ` is empty, longer than 200 characters or padded",
                        "user.Wrong.names (Wrong.java:20): domain `` is empty, longer than 200 characters or padded",
                        "user.Wrong.control (Wrong.java:21): name `a\u241bb` has control characters",
                        "user.Wrong.bad (Wrong.java:22): user.Wrong$Bad.number: @Default \"x\" is not a whole number",
                        "user.Wrong.bad (Wrong.java:22): user.Wrong$Bad.choice: @Choices \"b\" is not a whole number",
                        "user.Wrong.bad (Wrong.java:22): user.Wrong$Bad.letter: @Default \"c\" is not one of \"a\"",
                        "user.Wrong.bad (Wrong.java:22): user.Wrong$Bad.at: @Default"
                                + " \"2026-01-01 09:00\" needs an offset, such as 2026-01-01T09:00Z",
                        "user.Wrong$Inner.inner (Wrong.java:24): its class is not public",
                        "user.Wrong$Inner.inner (Wrong.java:24): not static, and its class has no public no-argument"
                                + " constructor (nor is there a service dev.rework.Instances): make it static or add one",
                        "user.Wrong$Abstract.concrete (Wrong.java:26): its class is abstract: make the method static or"
                                + " the class concrete",
                        "user.Wrong$Abstract.nothing (Wrong.java): the method is abstract: annotate the one that does"
                                + " the work",
                        "user.Wrong$Face.face (Wrong.java:29): a default method of an interface cannot be an operation:"
                                + " make it static");
    }

    @Test
    void aContainerNeedsNoConstructor() throws Exception {
        String source = """
                package user;
                public class Needs {
                    public Needs(int a) {}
                    @dev.rework.Operation public void work() {}
                }
                """;
        Path jar = new UserCode(folder)
                .jar("contained.jar", Map.of("META-INF/services/dev.rework.Instances", "user.Any"), "", source);
        assertThat(scan(jar).problems()).isEmpty();
        Path alone = new UserCode(folder).jar("alone.jar", source);
        assertThat(scan(alone).problems()).hasSize(1);
        assertThat(scan(alone, jar).problems()).isEmpty();
    }

    @Test
    void onlyTheNamedJarIsRead() throws Exception {
        UserCode code = new UserCode(folder);
        Path library = code.jar("library.jar", """
                package library;
                public class Library {
                    public record Shared(int number) {}
                    @dev.rework.Operation public static void not_mine() {}
                }
                """);
        Path jar = code.with(library)
                .jar("mine.jar", Map.of(), "library.jar missing.jar sub/other.jar http://example.org/x.jar", """
                        package user;
                        public class Mine {
                            public record In(library.Library.Shared shared, int own) {}
                            @dev.rework.Operation public static void mine(In in) {}
                            @dev.rework.Operation public static void shared(library.Library.Shared in) {}
                        }
                        """);

        RegistrationIndex.Source source = new SourceReader(options()).read(jar);
        Declared.Found found = OperationScanner.scan(source);

        assertThat(found.problems()).isEmpty();
        assertThat(found.operations())
                .extracting(declared -> declared.entry().name())
                .containsExactly("mine", "shared");
        assertThat(named(found.operations(), "mine").entry().inputs())
                .isEqualTo("{\"type\":\"object\",\"properties\":{\"shared\":{},"
                        + "\"own\":{\"type\":\"integer\",\"format\":\"int32\"}},"
                        + "\"required\":[\"shared\",\"own\"],\"additionalProperties\":false}");
        assertThat(named(found.operations(), "shared").entry().inputs()).isNull();
        assertThat(source.manifest())
                .containsExactly(library, folder.resolve("missing.jar"), folder.resolve("sub/other.jar"));
    }

    @Test
    void whatIsNoJarIsRefusedPlainly() throws Exception {
        Path text = Files.writeString(folder.resolve("notes.txt"), "hello");
        Path empty = Files.createFile(folder.resolve("empty.jar"));
        Path cut = folder.resolve("cut.jar");
        byte[] whole = Files.readAllBytes(new UserCode(folder).jar("whole.jar", GOOD));
        Files.write(cut, java.util.Arrays.copyOf(whole, whole.length / 2));
        for (Path path : List.of(text, empty, cut)) {
            assertThatExceptionOfType(InvalidOperation.class)
                    .isThrownBy(() -> scan(path))
                    .withMessageContaining(
                            path + " is not a jar; name a jar, a directory of classes or one .java file");
        }
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> scan(folder.resolve("nowhere.jar")))
                .withMessage("no such file: " + folder.resolve("nowhere.jar"))
                .withCauseInstanceOf(java.nio.file.NoSuchFileException.class);
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> scan(cut, folder.resolve("nowhere.jar")))
                .withMessageContaining("nowhere.jar");
    }

    @Test
    void nestedJarsAreRefusedNamingTheCommandThatUnpacksThem() throws Exception {
        Path boot = new UserCode(folder).jar("app.jar", Map.of("BOOT-INF/classes/", "", "BOOT-INF/lib/", ""), "", GOOD);
        assertThatExceptionOfType(InvalidOperation.class)
                .isThrownBy(() -> scan(boot))
                .withMessageContaining("java -Djarmode=tools -jar " + boot + " extract --destination app")
                .withMessageContaining("register app/app.jar");
        Path war = new UserCode(folder).jar("app.war", Map.of("WEB-INF/classes/", ""), "", GOOD);
        assertThatExceptionOfType(InvalidOperation.class)
                .isThrownBy(() -> scan(war))
                .withMessageContaining("app/WEB-INF/classes");
    }

    @Test
    void aDamagedClassFileIsToldOrPassedOver() throws Exception {
        Path classes = new UserCode(folder).classes(GOOD);
        Files.write(classes.resolve("user/code/Broken.class"), new byte[] {(byte) 0xca, (byte) 0xfe, 1, 2, 3});
        assertThat(scan(classes).operations()).hasSize(7);
    }

    @Test
    void pathsWithOddCharactersAreRead() throws Exception {
        Path odd = Files.createDirectories(folder.resolve("a b:c%41+é!"));
        Path jar = Files.copy(new UserCode(folder).jar("tasks.jar", GOOD), odd.resolve("t#1.jar"));
        assertThat(scan(jar).operations()).hasSize(7);
        Path link = Files.createSymbolicLink(folder.resolve("link.jar"), jar);
        assertThat(scan(link).operations()).hasSize(7);
        Path classes = new UserCode(folder).classes(GOOD);
        assertThat(scan(Files.createSymbolicLink(folder.resolve("link"), classes))
                        .operations())
                .hasSize(7);
    }

    @Test
    void jacksonsAnnotationsDecideWhereTheyStand() throws Exception {
        Declared.Found found = scan(new UserCode(folder).jar("jackson.jar", """
                        package user;
                        import com.fasterxml.jackson.annotation.*;
                        import dev.rework.*;
                        public class Annotated {
                            public enum Plain { A } public enum Odd { @JsonProperty("b") B }
                            public record Renamed(@JsonProperty("new_name") int old, Plain plain, Odd odd) {}
                            public record Free(@JsonAlias("x") int a) {}
                            public record Mixed(@JsonAlias("x") @Default("1") int a) {}
                            @Operation public static void renamed(Renamed in) {}
                            @Operation public static void free(Free in) {}
                            @Operation public static void mixed(Mixed in) {}
                        }
                        """));
        assertThat(named(found.operations(), "renamed").entry().inputs())
                .contains("\"new_name\":{\"type\":\"integer\"", "\"enum\":[\"A\"]", "\"odd\":{}");
        assertThat(named(found.operations(), "free").entry().inputs()).isNull();
        assertThat(found.problems())
                .containsExactly("user.Annotated.mixed (Annotated.java:11): user.Annotated$Mixed.a: @Default,"
                        + " @Choices and @Secret do not work beside Jackson's annotations");
    }

    @Test
    @Tag("S15")
    void aSecretThatCouldNotBeKeptIsRefused() throws Exception {
        Declared.Found found = scan(new UserCode(folder).jar("secrets.jar", """
                        package user;
                        import com.fasterxml.jackson.annotation.*;
                        import dev.rework.*;
                        public class Keepers {
                            public record Good(String user, @Secret String password, @Secret int pin) {}
                            public record Out(@Secret String token) {}
                            public record Preset(@Secret @Default("x") String token) {}
                            public record Mixed(@JsonAlias("x") @Secret String token) {}
                            public static class Bean { @Secret public String token; }
                            @Operation public static void good(Good in) {}
                            @Operation public static Out out() { return null; }
                            @Operation public static void preset(Preset in) {}
                            @Operation public static void mixed(Mixed in) {}
                            @Operation public static void bean(Bean in) {}
                        }
                        """));
        assertThat(named(found.operations(), "good").entry().inputs())
                .contains("\"password\":{\"type\":\"string\",\"x-secret\":true}", "\"pin\":{\"type\":\"integer\"");
        assertThat(found.problems())
                .extracting(problem -> problem.substring(problem.indexOf("): ") + 3))
                .containsExactlyInAnyOrder(
                        "user.Keepers$Out.token: @Secret is for inputs; an output is there to be read",
                        "user.Keepers$Preset.token: @Default of a @Secret would stand in the code for all to read",
                        "user.Keepers$Mixed.token: @Default, @Choices and @Secret do not work beside Jackson's annotations",
                        "user.Keepers$Bean: @Secret works on components of records, and this is none");
    }
}
