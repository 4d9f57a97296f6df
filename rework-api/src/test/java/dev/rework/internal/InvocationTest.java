package dev.rework.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rework.Instances;
import dev.rework.InvalidInput;
import dev.rework.Problem;
import dev.rework.Rework;
import dev.rework.TaskContext;
import dev.rework.internal.RegistrationIndex.Entry;
import dev.rework.internal.RegistrationIndex.Source;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InvocationTest {
    private static final String CODE = """
            package user;

            import dev.rework.*;
            import java.util.*;

            public class Code {
                public record In(String text, @Default("3") int times, Optional<String> suffix) {}
                public record Out(String text, double number) {}
                public record Nothing() {}
                public record When(Moment moment, @Default("(shifted (today) #:hours 1)") Moment later) {}

                private int calls;

                @Operation public static void old_style(TaskContext task) { task.saveOutput("ran " + task.input(String.class)); }
                @Operation public static Out typed(TaskContext task, In in) {
                    return new Out(in.text().repeat(in.times()) + in.suffix().orElse("-") + task.id(), 1.5);
                }
                @Operation public static double not_finite(boolean bad) { return bad ? Double.NaN : 1; }
                @Operation public int counted() { return ++calls; }
                @Operation public static String nothing(Nothing in) { return in.toString(); }
                @Operation public static String none() { return null; }
                @Operation public static int bytes(byte[] file) { return file == null ? -1 : file.length; }
                @Operation public static List<String> generic(Map<String, List<Integer>> in) {
                    List<String> out = new ArrayList<>();
                    for (Map.Entry<String, List<Integer>> e : in.entrySet()) { int first = e.getValue().get(0); out.add(e.getKey() + first); }
                    return out;
                }
                @Operation public static String any(Object in) { return String.valueOf(in); }
                @Operation public static String varargs(String... in) { return String.join("+", in); }
                @Operation public static void throwing(TaskContext task) throws Exception { throw new java.io.IOException("mine"); }
                @Operation public static void erring(TaskContext task) { throw new OutOfMemoryError("made up"); }
                @Operation public static String moment(When when) { return when.moment().at() + " " + when.later().at(); }
                public static void overload(int a) {}
            }
            """;

    @TempDir
    static Path folder;

    private static RegistrationIndex index;
    private static URLClassLoader loader;

    @BeforeAll
    static void compile() throws Exception {
        Path classes = new UserCode(folder).classes(CODE);
        Source source = new Source("code", "0", false, classes, List.of(), List.of());
        Declared.Found found = OperationScanner.scan(source);
        assertThat(found.problems()).isEmpty();
        index = new RegistrationIndex(List.of(new RegistrationIndex.Section(
                source, found.operations().stream().map(Declared::entry).toList())));
        loader = new URLClassLoader(new URL[] {classes.toUri().toURL()}, InvocationTest.class.getClassLoader());
    }

    @AfterAll
    static void close() throws Exception {
        loader.close();
    }

    private static final TaskStart STARTED = TaskStart.at(ZonedDateTime.parse("2026-11-28T16:08:27Z"));

    private static String call(String operation, String json) throws Throwable {
        try (Invocation invocation = new Invocation(loader)) {
            return invocation.call(index.find(operation), json, null, STARTED, new Context(json));
        }
    }

    @Test
    void theAncestorsStyleDoesItsOwnInputAndOutput() throws Throwable {
        Context context = new Context("\"hello\"");
        try (Invocation invocation = new Invocation(loader)) {
            assertThat(invocation.call(index.find("old_style"), "\"hello\"", null, STARTED, context))
                    .isNull();
        }
        assertThat(context.saved).isEqualTo("ran hello");
    }

    @Test
    void aRecordGoesInWithItsDefaultsAndARecordComesOut() throws Throwable {
        assertThat(call("typed", "{\"text\":\"ab\"}")).isEqualTo("{\"text\":\"ababab-7\",\"number\":1.5}");
        assertThat(call("typed", "{\"text\":\"a\",\"times\":1,\"suffix\":\"!\"}"))
                .isEqualTo("{\"text\":\"a!7\",\"number\":1.5}");
        assertThat(call("typed", "{\"text\":\"a\",\"times\":1,\"suffix\":null}"))
                .contains("a-7");
    }

    @Test
    void wrongInputIsRefusedBeforeTheMethodIsCalled() {
        assertThatExceptionOfType(InvalidInput.class)
                .isThrownBy(() -> call("typed", "{\"text\":1,\"more\":true}"))
                .satisfies(e -> assertThat(e.operation()).isEqualTo("typed"))
                .satisfies(
                        e -> assertThat(e.problems()).extracting(Problem::path).containsExactly("text", "more"));
        assertThatExceptionOfType(InvalidInput.class).isThrownBy(() -> call("typed", null));
        assertThatExceptionOfType(InvalidInput.class).isThrownBy(() -> call("none", "{\"a\":1}"));
        assertThatExceptionOfType(InvalidInput.class).isThrownBy(() -> call("typed", "{broken"));
    }

    @Test
    void wrongOutputFailsTheTask() throws Throwable {
        assertThat(call("not_finite", "false")).isEqualTo("1.0");
        assertThatExceptionOfType(InvalidInput.class)
                .isThrownBy(() -> call("not_finite", "true"))
                .withMessageContaining("output: \"NaN\" is not a number");
    }

    @Test
    void thereIsOneInstancePerClassAndWorker() throws Throwable {
        try (Invocation invocation = new Invocation(loader)) {
            assertThat(invocation.call(index.find("counted"), null, null, STARTED, new Context(null)))
                    .isEqualTo("1");
            assertThat(invocation.call(index.find("counted"), "{}", null, STARTED, new Context(null)))
                    .isEqualTo("2");
        }
        assertThat(call("counted", null)).isEqualTo("1");
    }

    @Test
    void otherShapesOfInputsWork() throws Throwable {
        assertThat(call("nothing", null)).isEqualTo("\"Nothing[]\"");
        assertThat(call("none", null)).isEqualTo("null");
        assertThat(call("generic", "{\"a\":[1],\"b\":[2]}")).isEqualTo("[\"a1\",\"b2\"]");
        assertThat(call("any", null)).isEqualTo("\"null\"");
        assertThat(call("any", "{\"@class\":\"java.io.File\",\"n\":1.5}"))
                .isEqualTo("\"{@class=java.io.File, n=1.5}\"");
        assertThat(call("varargs", "[\"a\",\"b\"]")).isEqualTo("\"a+b\"");
        assertThat(call("bytes", "\"aGVsbG8=\"")).isEqualTo("5");
        try (Invocation invocation = new Invocation(loader)) {
            assertThat(invocation.call(index.find("bytes"), null, new byte[] {1, 2}, STARTED, new Context(null)))
                    .isEqualTo("2");
            assertThatExceptionOfType(InvalidInput.class)
                    .isThrownBy(() ->
                            invocation.call(index.find("typed"), null, new byte[] {1, 2}, STARTED, new Context(null)));
        }
    }

    @Test
    void momentsMeanTheStartOfTheTask() throws Throwable {
        assertThat(call("moment", "{\"moment\":\"(today)\"}"))
                .isEqualTo("\"2026-11-28T16:08:27Z 2026-11-28T17:08:27Z\"");
    }

    @Test
    void whatTheMethodThrowsComesOutItself() {
        assertThatThrownBy(() -> call("throwing", null))
                .isInstanceOf(java.io.IOException.class)
                .hasMessage("mine");
        assertThatThrownBy(() -> call("erring", null)).isInstanceOf(OutOfMemoryError.class);
    }

    @Test
    void whatIsGoneIsNamed() {
        Entry gone = new Entry("o", "user.Gone", "m", List.of(), null, null, "old.jar");
        Entry changed = new Entry("o", "user.Code", "m", List.of("long"), null, null, "old.jar");
        Entry hidden = new Entry("o", "user.Code", "overload", List.of("user.Missing"), null, null, "old.jar");
        try (Invocation invocation = new Invocation(loader)) {
            for (Entry entry : List.of(gone, changed, hidden)) {
                assertThatThrownBy(() -> invocation.call(entry, null, null, STARTED, new Context(null)))
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("old.jar: register it again");
            }
        }
    }

    @Test
    void aContainerGivesTheInstances() throws Throwable {
        String source = """
                package box;
                public class Boxed {
                    private final String by;
                    public Boxed(String by) { this.by = by; }
                    @dev.rework.Operation public String who() { return by; }
                    public static class Container implements dev.rework.Instances {
                        public <T> T get(Class<T> type) { return type.cast(new Boxed("container")); }
                        public void close() { System.setProperty("rework.box", "closed"); }
                    }
                }
                """;
        Path jar = new UserCode(folder)
                .jar(
                        "box.jar",
                        Map.of("META-INF/services/" + Instances.class.getName(), "box.Boxed$Container"),
                        "",
                        source);
        Source boxed = new Source("box", "0", false, jar, List.of(), List.of());
        Entry entry = OperationScanner.scan(boxed).operations().get(0).entry();
        try (URLClassLoader own = new URLClassLoader(
                        new URL[] {jar.toUri().toURL()}, getClass().getClassLoader());
                Invocation invocation = new Invocation(own)) {
            assertThat(invocation.call(entry, null, null, STARTED, new Context(null)))
                    .isEqualTo("\"container\"");
        }
        assertThat(System.clearProperty("rework.box")).isEqualTo("closed");
    }

    /** The little of a context that these operations use. */
    private static final class Context implements TaskContext {
        private final String json;
        private Object saved;

        Context(String json) {
            this.json = json;
        }

        @Override
        public void doneIn(java.sql.Connection connection) {
            throw new UnsupportedOperationException();
        }

        @Override
        public long id() {
            return 7;
        }

        @Override
        public int attempt() {
            return 1;
        }

        @Override
        public <T> T input(Class<T> type) {
            return json == null ? null : Codec.read(json, type);
        }

        @Override
        public byte[] rawInput() {
            return null;
        }

        @Override
        public void saveOutput(Object output) {
            saved = output;
        }

        @Override
        public void saveRawOutput(byte[] output) {
            saved = output;
        }

        @Override
        public Map<String, Object> metadata() {
            return Map.of();
        }

        @Override
        public void progress(long done, long total, String message) {}

        @Override
        public boolean isAborting() {
            return false;
        }

        @Override
        public void captureLogs(System.Logger.Level level) {}

        @Override
        public Rework rework() {
            throw new UnsupportedOperationException();
        }
    }
}
