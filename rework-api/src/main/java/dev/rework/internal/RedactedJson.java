package dev.rework.internal;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The half of {@link Redaction} that knows JSON. */
final class RedactedJson {
    private static final int SHORTEST_LINE = 8;

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
        into.add(URLEncoder.encode(text, StandardCharsets.UTF_8));
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        into.add(Base64.getEncoder().withoutPadding().encodeToString(bytes));
        into.add(Base64.getUrlEncoder().withoutPadding().encodeToString(bytes));
        if (text.indexOf('\n') >= 0) {
            text.lines()
                    .map(String::strip)
                    .filter(line -> line.length() >= SHORTEST_LINE)
                    .forEach(into::add);
        }
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
