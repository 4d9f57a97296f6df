package dev.rework.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.rework.InvalidInput;
import dev.rework.Problem;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InputSchemaTest {
    private static final String OPERATIONS = """
            package user;

            import dev.rework.*;
            import java.math.*;
            import java.net.URI;
            import java.time.*;
            import java.util.*;
            import org.jspecify.annotations.Nullable;

            public class Operations {
                public enum Size { SMALL, LARGE }
                public record Resize(String image, int width, @Default("80") int quality) {}
                public record Inner(String name, @Default("1") int weight) {}
                public record Everything(
                        String text, char letter, boolean truth, byte tiny, short small, int whole, long big,
                        BigInteger huge, float real, double twice, BigDecimal exact, byte[] file, Instant instant,
                        OffsetDateTime offset, ZonedDateTime zoned, LocalDateTime local, LocalDate day, LocalTime time,
                        Duration duration, UUID id, URI address, Moment moment, Size size, List<Integer> list,
                        Set<String> set, int[] array, Map<String, Long> counts, Inner inner, List<Inner> inners,
                        Optional<String> maybe, OptionalInt number, @Nullable String nullable, Object any,
                        Calendar library) {}
                public record Defaults(
                        @Default("a") String text, @Default("true") boolean truth, @Default("1.5") double real,
                        @Default("LARGE") Size size, @Default("1, 2") List<Integer> list, @Default("2026-1-5") LocalDate day,
                        @Default("(today)") Moment moment, @Default("hello") byte[] file,
                        @Default("{\\"name\\": \\"x\\"}") Inner inner, Optional<Inner> maybe) {}
                public record Chosen(
                        @Choices({"png", "jpg"}) String format, @Choices({"1", "2"}) @Default("2") int level,
                        @Choices({"a", "b"}) @Default("") List<String> tags) {}
                public record Nothing() {}
                public record Node(String value, List<Node> children, Optional<Node> next) {}
                public record Pair<A, B>(A first, B second) {}

                @Operation public static void resize(Resize in) {}
                @Operation public static void everything(Everything in) {}
                @Operation public static void defaults(Defaults in) {}
                @Operation public static void chosen(Chosen in) {}
                @Operation public static void nothing(Nothing in) {}
                @Operation public static void none() {}
                @Operation public static void untyped(TaskContext task) {}
                @Operation public static void anything(Object in) {}
                @Operation public static void tree(Node in) {}
                @Operation public static void pair(Pair<String, List<Pair<Integer, Size>>> in) {}
                @Operation public static void whole(int in) {}
                @Operation public static void text(String in, TaskContext task) {}
                @Operation public static void texts(List<String> in) {}
                @Operation public static void map(Map<String, Inner> in) {}
                @Operation public static Everything outputs() { return null; }
                @Operation public static double number() { return 0; }
            }
            """;
    private static final Map<String, Declared> DECLARED = new LinkedHashMap<>();

    @BeforeAll
    static void compile(@TempDir Path folder) throws Exception {
        Path classes = new UserCode(folder).classes(OPERATIONS);
        Declared.Found found =
                OperationScanner.scan(new RegistrationIndex.Source("x", "0", false, classes, List.of(), List.of()));
        assertThat(found.problems()).isEmpty();
        found.operations().forEach(declared -> DECLARED.put(declared.entry().name(), declared));
    }

    private static InputSchema inputs(String operation) {
        return parsed(DECLARED.get(operation).entry().inputs());
    }

    private static InputSchema parsed(String json) {
        InputSchema schema = InputSchema.parse(json);
        assertThat(schema).isNotNull();
        return schema;
    }

    private static List<String> problems(String operation, String json) {
        return inputs(operation).check(Codec.parse(json)).stream()
                .map(Problem::toString)
                .toList();
    }

    @Test
    void aRecordReadsAsJsonSchemaAndAsAForm() {
        assertThat(DECLARED.get("resize").entry().inputs())
                .isEqualTo("{\"type\":\"object\",\"properties\":{\"image\":{\"type\":\"string\"},"
                        + "\"width\":{\"type\":\"integer\",\"format\":\"int32\"},"
                        + "\"quality\":{\"type\":\"integer\",\"format\":\"int32\",\"default\":80}},"
                        + "\"required\":[\"image\",\"width\"],\"additionalProperties\":false}");
        assertThat(inputs("resize").fields())
                .containsExactly(
                        new InputSchema.Field("image", "string", true, null, List.of()),
                        new InputSchema.Field("width", "integer", true, null, List.of()),
                        new InputSchema.Field("quality", "integer", false, "80", List.of()));
        assertThat(inputs("chosen").fields().get(0).choices()).containsExactly("\"png\"", "\"jpg\"");
        assertThat(inputs("everything").fields().stream().collect(Collectors.toMap(f -> f.name(), f -> f.type())))
                .containsEntry("file", "file")
                .containsEntry("instant", "datetime")
                .containsEntry("day", "date")
                .containsEntry("moment", "moment")
                .containsEntry("counts", "object")
                .containsEntry("list", "list")
                .containsEntry("library", "any");
    }

    @Test
    void everySchemaComesBackFromItsText() {
        DECLARED.values().stream()
                .map(declared -> declared.entry().inputs())
                .filter(json -> json != null)
                .forEach(json -> assertThat(parsed(json).toJson()).isEqualTo(json));
    }

    @Test
    void noSpecAndAnEmptySpecAreKeptApart() {
        assertThat(DECLARED.get("untyped").entry().inputs()).isNull();
        assertThat(DECLARED.get("anything").entry().inputs()).isNull();
        for (String empty : List.of("nothing", "none")) {
            assertThat(inputs(empty).accept(null)).isNull();
            assertThat(inputs(empty).accept("{}")).isEqualTo("{}");
            assertThat(problems(empty, "{\"a\":1}")).containsExactly("a: is unknown (nothing is taken)");
        }
        assertThat(parsed("{}").accept(null)).isNull();
        assertThat(InputSchema.parse(null)).isNull();
    }

    @Test
    void allProblemsAreToldAtOnceByPath() {
        assertThat(problems("resize", "{\"image\":5,\"quality\":3.7,\"colour\":\"red\"}"))
                .containsExactly(
                        "image: 5 is not a string",
                        "width: is missing",
                        "quality: 3.7 is not a whole number",
                        "colour: is unknown (known: image, width, quality)");
        assertThat(problems("everything", everything("inners", "[{\"name\":\"a\"},{\"name\":1,\"weight\":\"x\"},{}]")))
                .containsExactly(
                        "inners[1].name: 1 is not a string",
                        "inners[1].weight: \"x\" is not a whole number",
                        "inners[2].name: is missing");
        assertThat(problems("everything", everything("counts", "{\"a\":1,\"b\":null}")))
                .containsExactly("counts.b: null is not a whole number");
        assertThat(inputs("texts").check(Codec.parse("[" + "1,".repeat(200) + "1]")))
                .hasSize(50);
    }

    private static String everything(String name, String value) {
        Map<String, String> parts = new LinkedHashMap<>();
        for (String part : ("text=\"a\";letter=\"b\";truth=true;tiny=1;small=2;whole=3;big=4;huge=5;real=1.5;twice=2;"
                        + "exact=1.10;file=\"aGk=\";instant=\"2026-01-01T09:00:00Z\";offset=\"2026-01-01T09:00+02:00\";"
                        + "zoned=\"2026-01-01T09:00+01:00[Europe/Paris]\";local=\"2026-01-01T09:00\";"
                        + "day=\"2026-01-01\";time=\"09:00\";duration=\"PT1M\";"
                        + "id=\"00000000-0000-0001-0000-000000000002\";address=\"http://a\";moment=\"(today)\";"
                        + "size=\"SMALL\";list=[1];set=[\"a\"];array=[1,2];counts={\"a\":1};inner={\"name\":\"a\"};"
                        + "inners=[];any=null;library=null")
                .split(";")) {
            parts.put(part.substring(0, part.indexOf('=')), part.substring(part.indexOf('=') + 1));
        }
        if (value.isEmpty()) {
            parts.remove(name);
        } else if (!name.isEmpty()) {
            parts.put(name, value);
        }
        return parts.entrySet().stream()
                .map(part -> "\"" + part.getKey() + "\":" + part.getValue())
                .collect(Collectors.joining(",", "{", "}"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            text     | ""
            letter   | "é"
            tiny     | -128
            small    | 32767
            whole    | -2147483648
            big      | 9223372036854775807
            huge     | 123456789012345678901234567890
            real     | 3.4e38
            twice    | 5
            exact    | 1e400
            file     | ""
            instant  | "2026-01-01T09:00+02:00"
            offset   | "2026-01-01T09:00:00.123456789Z"
            zoned    | "2026-01-01T09:00Z"
            local    | "2026-01-01T09:00:01.5"
            time     | "23:59:59.9"
            duration | "P1DT2H"
            list     | []
            maybe    | null
            maybe    | "x"
            number   | null
            number   | 4
            nullable | null
            any      | {"a":[1,null]}
            library  | 5
            """)
    void takesWhatItsTypeHoldsAndJacksonAgrees(String name, String value) throws Exception {
        String json = everything(name, value);
        assertThat(problems("everything", json)).isEmpty();
        assertThat(Codec.read(json, EverythingMirror.class)).isNotNull();
    }

    /** The same components, so that what the schema lets through is seen to be decoded. */
    record EverythingMirror(
            String text,
            char letter,
            boolean truth,
            byte tiny,
            short small,
            int whole,
            long big,
            java.math.BigInteger huge,
            float real,
            double twice,
            java.math.BigDecimal exact,
            byte[] file,
            java.time.Instant instant,
            java.time.OffsetDateTime offset,
            java.time.ZonedDateTime zoned,
            java.time.LocalDateTime local,
            java.time.LocalDate day,
            java.time.LocalTime time,
            java.time.Duration duration,
            java.util.UUID id,
            java.net.URI address,
            dev.rework.Moment moment,
            String size,
            List<Integer> list,
            java.util.Set<String> set,
            int[] array,
            Map<String, Long> counts,
            Map<String, Object> inner,
            List<Object> inners,
            java.util.Optional<String> maybe,
            java.util.OptionalInt number,
            String nullable,
            Object any,
            Object library) {}

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
            text     | 5
            text     | true
            text     | null
            text     | ''
            text     | ["a"]
            letter   | ""
            letter   | "ab"
            truth    | 1
            truth    | "true"
            truth    | ''
            tiny     | 128
            small    | -32769
            whole    | 2147483648
            whole    | 3.7
            whole    | 3.0
            whole    | 1e3
            whole    | "3"
            whole    | true
            whole    | null
            whole    | ''
            big      | 9223372036854775808
            real     | 3.5e38
            twice    | 1e400
            twice    | "1"
            twice    | "NaN"
            exact    | "1"
            file     | "no base64!"
            file     | [1,2]
            instant  | "2026-01-01T09:00:00"
            instant  | 1767258000
            instant  | "yesterday"
            day      | "2026-02-30"
            day      | "2026-01-01T00:00"
            time     | "25:00"
            duration | "1 minute"
            id       | "1-1-1-1-1"
            address  | "http://[bad"
            moment   | "(tomorrow)"
            size     | "small"
            size     | 0
            size     | ""
            list     | 1
            list     | [1.5]
            list     | [null]
            list     | {}
            counts   | {"a":"b"}
            counts   | []
            inner    | {}
            inner    | null
            inner    | "x"
            maybe    | 5
            number   | 1.5
            any      | ''
            """)
    void refusesWhatItsTypeDoesNotHold(String name, String value) {
        List<String> problems = problems("everything", everything(name, value));
        assertThat(problems).hasSize(1);
        assertThat(problems.get(0)).startsWith(name).doesNotContain("\n");
    }

    @Test
    void defaultsAreFilledInEverywhere() {
        assertThat(inputs("resize").accept("{\"image\":\"a\",\"width\":1}"))
                .isEqualTo("{\"image\":\"a\",\"width\":1,\"quality\":80}");
        assertThat(inputs("defaults").accept(null))
                .isEqualTo("{\"text\":\"a\",\"truth\":true,\"real\":1.5,\"size\":\"LARGE\",\"list\":[1,2],"
                        + "\"day\":\"2026-01-05\",\"moment\":\"(today)\",\"file\":\"aGVsbG8=\","
                        + "\"inner\":{\"name\":\"x\",\"weight\":1}}");
        assertThat(inputs("map").accept("{\"k\":{\"name\":\"a\"}}")).isEqualTo("{\"k\":{\"name\":\"a\",\"weight\":1}}");
        assertThat(inputs("defaults").accept("{\"maybe\":{\"name\":\"a\"}}"))
                .contains("\"maybe\":{\"name\":\"a\",\"weight\":1}");
    }

    @Test
    void whatIsWholeIsKeptToTheLetter() {
        String json = "{ \"width\" : 1,\n \"quality\":3, \"image\":\"\\u0041\\u0000\" }";
        assertThat(inputs("resize").accept(json)).isSameAs(json);
    }

    @Test
    void aMissingInputIsSaidOnce() {
        assertThatExceptionOfType(InvalidInput.class)
                .isThrownBy(() -> inputs("whole").accept(null))
                .withMessageContaining("is missing");
        assertThatExceptionOfType(InvalidInput.class)
                .isThrownBy(() -> inputs("resize").accept(null))
                .withMessageContaining("image: is missing; width: is missing");
        assertThatExceptionOfType(InvalidInput.class)
                .isThrownBy(() -> inputs("resize").accept("null"));
    }

    @Test
    void choicesAreTheOnlyValues() {
        assertThat(problems("chosen", "{\"format\":\"gif\",\"level\":3,\"tags\":[\"a\",\"c\"]}"))
                .containsExactly(
                        "format: \"gif\" is not one of \"png\", \"jpg\"",
                        "level: 3 is not one of 1, 2",
                        "tags[1]: \"c\" is not one of \"a\", \"b\"");
        assertThat(inputs("chosen").accept("{\"format\":\"png\"}"))
                .isEqualTo("{\"format\":\"png\",\"level\":2,\"tags\":[]}");
    }

    @Test
    void recordsMayStandWithinThemselvesAndBeGeneric() {
        String good = "{\"value\":\"a\",\"children\":[{\"value\":\"b\",\"children\":[]}],\"next\":null}";
        assertThat(inputs("tree").accept(good)).isSameAs(good);
        assertThat(problems("tree", "{\"value\":\"a\",\"children\":[{\"value\":\"b\",\"children\":[{\"value\":1}]}]}"))
                .containsExactly(
                        "children[0].children[0].value: 1 is not a string",
                        "children[0].children[0].children: is missing");
        assertThat(problems("pair", "{\"first\":1,\"second\":[{\"first\":\"a\",\"second\":\"HUGE\"}]}"))
                .containsExactly(
                        "first: 1 is not a string",
                        "second[0].first: \"a\" is not a whole number",
                        "second[0].second: \"HUGE\" is not one of \"SMALL\", \"LARGE\"");
    }

    @Test
    void otherTypesThanRecordsAreCheckedToo() {
        assertThat(problems("whole", "3")).isEmpty();
        assertThat(problems("whole", "3.7")).containsExactly("3.7 is not a whole number");
        assertThat(problems("text", "5")).containsExactly("5 is not a string");
        assertThat(problems("texts", "[\"a\",1]")).containsExactly("[1]: 1 is not a string");
    }

    @Test
    @DisplayName("A09 text is converted by the schema")
    void textIsConvertedByTheSchema() {
        assertThat(inputs("resize").fromStrings(Map.of("image", "5", "width", "65")))
                .isEqualTo(inputs("resize").fromStrings(Map.of("width", " 65 ", "image", "5")))
                .contains("\"image\":\"5\"", "\"width\":65", "\"quality\":80");
        Map<String, String> typed = new LinkedHashMap<>();
        typed.put("text", "");
        typed.put("truth", "False");
        typed.put("real", "2.50");
        typed.put("size", "SMALL");
        typed.put("list", "3,4");
        typed.put("day", "1973-5-20");
        typed.put("moment", "(date \"2021-1-1 09:00\")");
        typed.put("file", "some file");
        typed.put("inner", "{\"name\":\"y\"}");
        typed.put("maybe", "");
        assertThat(inputs("defaults").fromStrings(typed))
                .isEqualTo("{\"text\":\"\",\"truth\":false,\"real\":2.50,\"size\":\"SMALL\",\"list\":[3,4],"
                        + "\"day\":\"1973-05-20\",\"moment\":\"(date \\\"2021-1-1 09:00\\\")\","
                        + "\"file\":\"c29tZSBmaWxl\",\"inner\":{\"name\":\"y\",\"weight\":1}}");
    }

    @Test
    @DisplayName("W43 choices and defaults hold for text too, and no type is mistaken for another")
    void typesAreNotMistaken() {
        assertThat(TextFormat.LOCAL_DATE_TIME.typed("1973-5-20T09:00:00")).isEqualTo("1973-05-20T09:00");
        assertThatExceptionOfType(InvalidInput.class)
                .isThrownBy(() -> inputs("chosen").fromStrings(Map.of("format", "gif", "level", "3")))
                .satisfies(e -> assertThat(e.problems()).hasSize(2));
        assertThat(inputs("chosen").fromStrings(Map.of("format", "png"))).contains("\"level\":2");
        assertThat(problems("whole", "true")).containsExactly("true is not a whole number");
        assertThat(problems("defaults", "{\"truth\":1}")).containsExactly("truth: 1 is not true or false");
    }

    @Test
    void wrongTextIsToldAtOnceAndOncePerField() {
        assertThatExceptionOfType(InvalidInput.class)
                .isThrownBy(() -> inputs("resize").fromStrings(Map.of("width", "wide", "quality", "3.7", "more", "1")))
                .satisfies(e -> assertThat(e.problems())
                        .extracting(Problem::toString)
                        .containsExactlyInAnyOrder(
                                "width: \"wide\" is not a whole number",
                                "quality: \"3.7\" is not a whole number",
                                "image: is missing",
                                "more: is unknown (known: image, width, quality)"));
        assertThatExceptionOfType(InvalidInput.class)
                .isThrownBy(() -> inputs("whole").fromStrings(Map.of("a", "1")))
                .withMessageContaining("no named values");
    }

    @Test
    void outputsMayLeaveReferencesOutButNotPrimitives() {
        InputSchema outputs = parsed(DECLARED.get("outputs").entry().outputs());
        assertThat(outputs.check(Codec.parse("{\"text\":null}"), "output"))
                .extracting(Problem::path)
                .containsExactly(
                        "output.letter",
                        "output.truth",
                        "output.tiny",
                        "output.small",
                        "output.whole",
                        "output.big",
                        "output.real",
                        "output.twice");
        InputSchema number = parsed(DECLARED.get("number").entry().outputs());
        assertThat(number.check(Codec.parse(Codec.write(Double.NaN)), "output"))
                .extracting(Problem::toString)
                .containsExactly("output: \"NaN\" is not a number");
        assertThat(DECLARED.get("resize").entry().outputs()).isNull();
    }

    @Test
    void whateverIsThrownAtItItAnswers() {
        Random random = new Random(42);
        for (int i = 0; i < 5_000; i++) {
            String json = randomJson(random, 4);
            for (String operation : List.of("everything", "tree", "pair", "map", "resize")) {
                InputSchema schema = inputs(operation);
                List<Problem> problems = schema.check(Codec.parse(json));
                if (problems.isEmpty()) {
                    assertThat(schema.check(Codec.parse(schema.accept(json)))).isEmpty();
                } else {
                    assertThatExceptionOfType(InvalidInput.class).isThrownBy(() -> schema.accept(json));
                }
            }
        }
    }

    private static String randomJson(Random random, int depth) {
        List<String> names = List.of("text", "value", "children", "first", "second", "image", "width", "name", "é\\n");
        List<String> scalars =
                List.of("null", "true", "0", "-1", "1.5", "1e999999", "\"\"", "\"a\\u0000\"", "\"PT1M\"");
        int kind = random.nextInt(depth > 0 ? 4 : 2);
        if (kind < 2) {
            return scalars.get(random.nextInt(scalars.size()));
        }
        int size = random.nextInt(4);
        if (kind == 2) {
            return random.ints(size)
                    .mapToObj(n -> randomJson(random, depth - 1))
                    .collect(Collectors.joining(",", "[", "]"));
        }
        return random.ints(size, 0, names.size())
                .distinct()
                .mapToObj(n -> "\"" + names.get(n) + "\":" + randomJson(random, depth - 1))
                .collect(Collectors.joining(",", "{", "}"));
    }
}
