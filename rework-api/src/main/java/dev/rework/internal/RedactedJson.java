package dev.rework.internal;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.Locale;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The half of {@link Redaction} that knows JSON. */
final class RedactedJson {
    private static final int SHORTEST_LINE = 8;

    /** Bytes: codes of fewer are too common to be looked for. */
    private static final int SHORTEST_CODED = 4;

    private RedactedJson() {}

    /** What takes every text and number in a value out of others. */
    static Redaction of(JsonNode value) {
        Set<String> texts = new LinkedHashSet<>();
        collect(value, texts);
        return Redaction.of(texts.stream());
    }

    /** Every form of the texts and numbers in a value. */
    static void collect(JsonNode value, Set<String> into) {
        if (value.isContainer()) {
            value.forEach(one -> collect(one, into));
        } else if (value.isString()) {
            forms(value.stringValue(), into);
        } else if (value.isNumber()) {
            into.add(value.toString());
        }
    }

    private static void forms(String text, Set<String> into) {
        into.add(text);
        String quoted = Codec.write(text);
        into.add(quoted.substring(1, quoted.length() - 1));
        into.add(ascii(quoted.substring(1, quoted.length() - 1)));
        into.add(quoted.substring(1, quoted.length() - 1).replace("/", "\\/"));
        String url = URLEncoder.encode(text, StandardCharsets.UTF_8);
        into.add(url);
        into.add(url.replace("+", "%20"));
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length >= SHORTEST_CODED) {
            into.add(HexFormat.of().formatHex(bytes));
            into.add(HexFormat.of().withUpperCase().formatHex(bytes));
        }
        into.add(Base64.getEncoder().withoutPadding().encodeToString(bytes));
        into.add(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
        for (int before = 0; before < 3; before++) {
            within(Base64.getEncoder(), bytes, before, into);
            within(Base64.getUrlEncoder(), bytes, before, into);
        }
        if (text.indexOf('\n') >= 0) {
            text.lines()
                    .map(String::strip)
                    .filter(line -> line.length() >= SHORTEST_LINE)
                    .forEach(into::add);
        }
    }

    /** Base64 of more than the secret, such as {@code user:secret}: what does not depend on the bytes around it. */
    private static void within(Base64.Encoder encoder, byte[] bytes, int before, Set<String> into) {
        byte[] moved = new byte[before + bytes.length];
        System.arraycopy(bytes, 0, moved, before, bytes.length);
        int from = (before * 8 + 5) / 6;
        int to = moved.length * 8 / 6;
        if (to - from >= SHORTEST_CODED * 2) {
            into.add(encoder.encodeToString(moved).substring(from, to));
        }
    }

    /** As JSON writers do that write ASCII alone. */
    private static String ascii(String quoted) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < quoted.length(); i++) {
            char c = quoted.charAt(i);
            text.append(c < 0x7f ? String.valueOf(c) : String.format(Locale.ROOT, "\\u%04x", (int) c));
        }
        return text.toString();
    }

    /** JSON without what is looked for, and JSON still. */
    static String clean(Redaction redaction, String json) {
        return Codec.write(clean(redaction, Codec.parse(json)));
    }

    private static JsonNode clean(Redaction redaction, JsonNode value) {
        if (value.isString()) {
            return Shape.NODES.stringNode(redaction.apply(value.stringValue()));
        }
        if (value.isArray()) {
            var items = Shape.NODES.arrayNode();
            value.forEach(one -> items.add(clean(redaction, one)));
            return items;
        }
        if (value instanceof ObjectNode object) {
            ObjectNode clean = Shape.NODES.objectNode();
            object.forEachEntry((name, one) -> clean.set(redaction.apply(name), clean(redaction, one)));
            return clean;
        }
        return value;
    }
}
