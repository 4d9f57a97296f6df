package dev.rework.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;

/** Sixty strings that have broken something somewhere, and what no answer to them may contain. */
final class Hostile {
    private Hostile() {}

    static final List<String> STRINGS = strings();

    private static List<String> strings() {
        List<String> all = new ArrayList<>(List.of(
                "",
                " ",
                "\t",
                "\n",
                "\r\n2026-11-28 ERROR forged",
                "a\nb",
                "\u0000",
                "a\u0000b",
                "\u001b[31mred\u001b[0m",
                "\u001b]0;title\u0007",
                "\u001b]52;c;eA==\u0007",
                "\u009b31m",
                "\u0085",
                "\u007f",
                "\u202eevil",
                "\u2066x\u2069",
                "\ud800",
                "\udc00x",
                "\ufeff",
                "\uffff",
                "é",
                "漢字",
                "\ud83d\ude00",
                "e\u0301\u0301\u0301",
                "';drop table rework.task;--",
                "' or '1'='1",
                "\" or \"\"=\"",
                "1;select pg_sleep(10)",
                "$$;select 1;$$",
                "%' union select 1--",
                "\\'; --",
                "%s%n%x",
                "{0}${user.home}",
                "${jndi:ldap://127.0.0.1/x}",
                "$(touch pwned)",
                "`id`",
                "; rm -rf x",
                "| cat",
                "&& x",
                "../../../../etc/passwd",
                "/dev/null/x",
                "file:///etc/passwd",
                "<script>alert(1)</script>",
                "{\"@class\":\"java.lang.Runtime\"}",
                "[\"java.lang.Runtime\",{}]",
                "rO0ABXNyABdqYXZh",
                "{",
                "[[[[",
                "null",
                "NaN",
                "1e999999999",
                "-0",
                "9223372036854775808",
                "-1",
                "PT99999999999999999999S",
                "* * * * * * * *",
                "0 0 31 2 *",
                "--help",
                "k=v=w"));
        all.add("x".repeat(100_000));
        return List.copyOf(all);
    }

    /** No stack trace of ours, and nothing that a terminal would obey. */
    static void assertHarmless(String what, String text) {
        assertObeyedByNoTerminal(what, text);
        assertThat(text).as(what).doesNotContain("\tat ").doesNotContainPattern("(Exception|Error)(:|\\b.*\\n\\s+at )");
    }

    /** No control character but line ends and tabs, and none that turns the direction of writing. */
    static void assertObeyedByNoTerminal(String what, String text) {
        text.codePoints()
                .filter(point -> point != '\n')
                .filter(point -> point < 0x20 && point != '\t'
                        || point >= 0x7f && point < 0xa0
                        || point >= 0x202a && point <= 0x202e
                        || point >= 0x2066 && point <= 0x2069)
                .findFirst()
                .ifPresent(point -> {
                    throw new AssertionError(what + ": shows " + Integer.toHexString(point) + " raw in " + text);
                });
    }
}
