package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.rework.InvalidInput;
import dev.rework.Moment;
import dev.rework.internal.Codec;
import dev.rework.internal.CronRule;
import dev.rework.internal.InputSchema;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Ten thousand rules, durations, moments and JSON documents that nobody wrote: a value or a plain refusal, and soon. */
class FuzzTest {
    private static final int EACH = 2_500;
    private static final String[] RULES = {
        "*",
        "*/5",
        "1-5",
        "0",
        "59",
        "L",
        "15W",
        "FRI#2",
        "MON-FRI",
        "JAN",
        "?",
        ",",
        "-",
        "/",
        "#",
        "W",
        "@daily",
        " ",
        "60",
        "-1",
        "9999999999",
        "\u0000",
        "é",
        "1,2,3",
        "*/0",
        "5-1",
        "LW",
        "7",
        "32",
        "FEB",
        "\t",
        "@",
        "31 2",
        "29 2"
    };
    private static final String[] DURATIONS = {
        "P",
        "T",
        "PT",
        "S",
        "M",
        "H",
        "D",
        "1",
        "0",
        "-",
        ".",
        "5",
        "99999999999",
        "ms",
        "s",
        "e9",
        "\u0000",
        "é",
        "+",
        "W",
        "Y"
    };
    private static final String[] JSON = {
        "{",
        "}",
        "[",
        "]",
        ":",
        ",",
        "\"a\"",
        "\"",
        "1",
        "-",
        "1e9",
        "1e99999",
        "true",
        "null",
        "nul",
        "\\u0000",
        "\\ud800",
        "\u0000",
        "'",
        "/*",
        "//",
        " ",
        "\n",
        "\ufeff",
        "NaN",
        "\"text\":",
        "\"number\":",
        "\"@class\":",
        "99999999999999999999"
    };
    private static final String[] MOMENTS = {
        "(",
        ")",
        "today",
        "date",
        "shifted",
        "monthend",
        "#:days",
        "#:months",
        "1",
        "-99999999999",
        "\"2021-1-1\"",
        " ",
        "\"",
        "yearstart",
        "\u0000",
        "99999999999999999999",
        "#:",
        "é"
    };

    private static String made(Random random, String[] pieces) {
        StringBuilder text = new StringBuilder();
        int length = random.nextInt(12);
        for (int i = 0; i < length; i++) {
            text.append(pieces[random.nextInt(pieces.length)]);
            if (pieces == RULES && random.nextBoolean()) {
                text.append(' ');
            }
        }
        return text.toString();
    }

    private static void plainly(String what, Runnable run) {
        long began = System.nanoTime();
        assertThatCode(() -> {
                    try {
                        run.run();
                    } catch (IllegalArgumentException | InvalidInput | Refusal refused) {
                        assertThat(refused.getMessage()).as(what).isNotBlank().doesNotContain("Exception");
                    }
                })
                .as(what)
                .doesNotThrowAnyException();
        assertThat(Duration.ofNanos(System.nanoTime() - began)).as(what).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    @Tag("S1")
    void tenThousandAreReadOrRefusedPlainly() {
        Random random = new Random(20261128);
        InputSchema schema = InputSchema.parse("""
                {"type":"object","properties":{"text":{"type":"string"},"number":{"type":"integer","format":"int32"}},
                 "required":["text"],"additionalProperties":false}
                """);
        for (int i = 0; i < EACH; i++) {
            String rule = made(random, RULES);
            plainly(
                    "rule `" + rule + "`",
                    () -> CronRule.parse(rule, ZoneId.of("Europe/Paris")).next(Instant.EPOCH));
            String duration = made(random, DURATIONS);
            plainly("duration `" + duration + "`", () -> Moments.duration("--in", duration));
            String json = made(random, JSON);
            plainly("json `" + json + "`", () -> {
                Codec.verbatim(json);
                if (schema != null) {
                    schema.accept(json);
                }
            });
            String moment = made(random, MOMENTS);
            plainly("moment `" + moment + "`", () -> Moment.of(moment).at(Instant.EPOCH.atZone(ZoneId.of("UTC"))));
        }
    }

    @Test
    @Tag("S2")
    void bombsOfDepthAreRefusedAtOnce() {
        for (int depth : new int[] {101, 10_000, 1_000_000}) {
            plainly("lists " + depth, () -> Codec.verbatim("[".repeat(depth)));
            plainly("objects " + depth, () -> Codec.parse("{\"a\":".repeat(depth)));
            plainly("moment " + depth, () -> Moment.of("(shifted ".repeat(depth)));
        }
    }
}
