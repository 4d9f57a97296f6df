package dev.rework.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.rework.InvalidInput;
import dev.rework.Moment;
import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.util.RawValue;

class CodecTest {
    enum Size {
        SMALL,
        LARGE;

        @Override
        public String toString() {
            return "size " + ordinal();
        }
    }

    record Everything(
            String text,
            int whole,
            long big,
            double real,
            BigDecimal exact,
            boolean truth,
            char letter,
            byte[] file,
            Instant instant,
            OffsetDateTime offset,
            ZonedDateTime zoned,
            LocalDateTime local,
            LocalDate day,
            LocalTime time,
            Duration duration,
            UUID id,
            URI address,
            Size size,
            Optional<String> maybe,
            OptionalInt number,
            List<Inner> inners,
            Map<String, Integer> counts) {}

    record Inner(String name) {}

    record Numbers(int whole, double real, String text, Size size, boolean truth) {}

    record When(Moment moment) {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
    interface Open {}

    record Opened(String a) implements Open {}

    @Test
    void everyTypeComesBackAsItWent() {
        OffsetDateTime offset = OffsetDateTime.parse("2026-11-28T16:08:27.123456+05:30");
        Everything value = new Everything(
                "é\u0000\n\"😀",
                -5,
                Long.MAX_VALUE,
                0.1,
                new BigDecimal("1.10"),
                true,
                'ß',
                new byte[] {0, 1, -1},
                offset.toInstant(),
                offset,
                offset.atZoneSameInstant(ZoneId.of("Europe/Paris")),
                offset.toLocalDateTime(),
                offset.toLocalDate(),
                LocalTime.of(9, 0),
                Duration.ofMillis(90_001),
                UUID.fromString("00000000-0000-0001-0000-000000000002"),
                URI.create("http://localhost/?q=1"),
                Size.LARGE,
                Optional.of("x"),
                OptionalInt.empty(),
                List.of(new Inner("a"), new Inner("b")),
                Map.of("n", 1));

        Everything back = Codec.read(Codec.write(value), Everything.class);

        assertThat(back).usingRecursiveComparison().isEqualTo(value);
        assertThat(Codec.write(value)).contains("\"size\":\"LARGE\"").contains("+05:30");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"whole\":3.7,\"real\":1,\"text\":\"a\",\"size\":\"SMALL\",\"truth\":true}",
                "{\"whole\":\"3\",\"real\":1,\"text\":\"a\",\"size\":\"SMALL\",\"truth\":true}",
                "{\"whole\":\"\",\"real\":1,\"text\":\"a\",\"size\":\"SMALL\",\"truth\":true}",
                "{\"whole\":3,\"real\":\"1\",\"text\":\"a\",\"size\":\"SMALL\",\"truth\":true}",
                "{\"whole\":3,\"real\":1,\"text\":5,\"size\":\"SMALL\",\"truth\":true}",
                "{\"whole\":3,\"real\":1,\"text\":true,\"size\":\"SMALL\",\"truth\":true}",
                "{\"whole\":3,\"real\":1,\"text\":\"a\",\"size\":0,\"truth\":true}",
                "{\"whole\":3,\"real\":1,\"text\":\"a\",\"size\":\"small\",\"truth\":true}",
                "{\"whole\":3,\"real\":1,\"text\":\"a\",\"size\":\"\",\"truth\":true}",
                "{\"whole\":3,\"real\":1,\"text\":\"a\",\"size\":\"SMALL\",\"truth\":1}",
                "{\"whole\":3,\"real\":1,\"text\":\"a\",\"size\":\"SMALL\",\"truth\":\"true\"}",
                "{\"whole\":null,\"real\":1,\"text\":\"a\",\"size\":\"SMALL\",\"truth\":true}",
                "{\"real\":1,\"text\":\"a\",\"size\":\"SMALL\",\"truth\":true}",
                "{\"whole\":99999999999,\"real\":1,\"text\":\"a\",\"size\":\"SMALL\",\"truth\":true}",
                "{\"whole\":3,\"real\":1,\"text\":\"a\",\"size\":\"SMALL\",\"truth\":true,\"more\":1}",
                "{\"whole\":3,\"real\":1,\"text\":\"a\",\"size\":\"SMALL\",\"truth\":true} {}",
                "[3,1,\"a\",\"SMALL\",true]",
                "\"{}\"",
                ""
            })
    void nothingIsCoerced(String json) {
        assertThatExceptionOfType(InvalidInput.class).isThrownBy(() -> Codec.read(json, Numbers.class));
    }

    @Test
    void aWrongValueIsNamedByItsPath() {
        assertThatExceptionOfType(InvalidInput.class)
                .isThrownBy(() -> Codec.read("{\"inners\":[{\"name\":\"a\"},{\"name\":5}]}", Everything.class))
                .satisfies(e -> assertThat(e.problems().get(0).path()).isEqualTo("inners[1].name"))
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }

    @Test
    void jsonIsKeptToTheLetter() {
        String json = "{ \"b\": 1.10, \"a\": 1e400, \"a\": \"\\u0000\\ud800\", \"n\": 123456789012345678901234567890 }";
        assertThat(Codec.verbatim(json)).isSameAs(json);
        assertThat(Codec.write(new RawValue(json))).isEqualTo(json);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", " ", "{", "{}}", "1 2", "nul", "{\"a\":}", "{'a':1}", "[1,]", "\"abc", "NaN", "01", "{\"a\"}"
            })
    void whatIsNoJsonIsRefused(String text) {
        assertThatExceptionOfType(InvalidInput.class).isThrownBy(() -> Codec.verbatim(text));
        assertThatExceptionOfType(InvalidInput.class).isThrownBy(() -> Codec.parse(text));
    }

    @Test
    @Tag("S2")
    void depthIsLimitedBothWays() {
        String fine = "[".repeat(100) + "]".repeat(100);
        String deep = "[".repeat(101) + "]".repeat(101);
        assertThat(Codec.verbatim(fine)).isEqualTo(fine);
        assertThat(Codec.parse(fine).isArray()).isTrue();
        String bomb = "[".repeat(1_000_000);
        for (String json : List.of(deep, bomb)) {
            assertThatExceptionOfType(InvalidInput.class).isThrownBy(() -> Codec.verbatim(json));
            assertThatExceptionOfType(InvalidInput.class).isThrownBy(() -> Codec.parse(json));
            assertThatExceptionOfType(InvalidInput.class).isThrownBy(() -> Codec.read(json, Object.class));
        }
        Object cycle = new Object[1];
        ((Object[]) cycle)[0] = cycle;
        assertThatExceptionOfType(InvalidInput.class).isThrownBy(() -> Codec.write(cycle));
    }

    @Test
    void halfASurrogatePairTravelsEscaped() {
        String json = Codec.write("a\ud83d" + "b😀\ude00");
        assertThat(json).isEqualTo("\"a\\ud83db😀\\ude00\"");
        assertThat(Codec.read(json, String.class)).isEqualTo("a\ud83d" + "b😀\ude00");
    }

    @Test
    @Tag("S2")
    void rowsNameNoClasses() {
        String json = "{\"@class\":\"" + Opened.class.getName() + "\",\"a\":\"x\"}";
        assertThatExceptionOfType(InvalidInput.class).isThrownBy(() -> Codec.read(json, Open.class));
        assertThat(Codec.read(json, Object.class)).isInstanceOf(Map.class);
    }

    @Test
    void aMomentIsItsTextAndEvaluatedWhenTheTimeIsKnown() {
        ZonedDateTime now = ZonedDateTime.parse("2026-11-28T16:08:27Z");
        String json = Codec.write(new When(Moment.of("(shifted (today) #:days 1)")));
        assertThat(json).isEqualTo("{\"moment\":\"(shifted (today) #:days 1)\"}");
        When evaluated = (When) Codec.read(json, When.class, now, Map.of());
        assertThat(evaluated.moment().at()).isEqualTo(now.plusDays(1));
        assertThatExceptionOfType(InvalidInput.class)
                .isThrownBy(() -> Codec.read("{\"moment\":\"100% wrong\"}", When.class));
        assertThatExceptionOfType(InvalidInput.class).isThrownBy(() -> Codec.read("{\"moment\":5}", When.class));
    }

    @Test
    void anyGarbageIsRefusedPlainly() {
        Random random = new Random(20261128);
        String alphabet = "{}[]\",:0123456789.eE+-truefalsn\\u \u0000\ud800é";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(12); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            JsonNode tree = null;
            try {
                tree = Codec.parse(text.toString());
            } catch (InvalidInput e) {
                assertThat(e.getMessage()).doesNotContain("\n");
            }
            if (tree != null) {
                assertThat(Codec.write(Codec.parse(Codec.write(tree))))
                        .as(text.toString())
                        .isEqualTo(Codec.write(tree));
            }
        }
    }
}
