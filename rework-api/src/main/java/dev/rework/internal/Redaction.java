package dev.rework.internal;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Takes secret values out of text: as they are, line by line where they have several, and as JSON, base64 and a URL write
 * them. Values of less than {@value #SHORTEST} characters are too common to be looked for. Immutable.
 */
public final class Redaction {
    /** The shortest text that is looked for. */
    public static final int SHORTEST = 4;

    /** Finds nothing. */
    public static final Redaction NONE = new Redaction(List.of());

    private static final int SHORTEST_LINE = 8;

    private final List<String> found;

    private Redaction(List<String> found) {
        this.found = found;
    }

    /** Of these texts. */
    public static Redaction of(Stream<String> texts) {
        List<String> found = texts.filter(text -> text.length() >= SHORTEST)
                .distinct()
                .sorted(Comparator.comparingInt(String::length).reversed())
                .toList();
        return found.isEmpty() ? NONE : new Redaction(found);
    }

    /** This and one more text. */
    public Redaction with(String text) {
        return of(Stream.concat(found.stream(), Stream.of(text)));
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

    /** What is looked for; nothing to be shown. */
    public List<String> texts() {
        return found;
    }

    /** Whether nothing is looked for. */
    public boolean isEmpty() {
        return found.isEmpty();
    }

    /** The text without them; the same object when none is in it. */
    public String apply(String text) {
        String clean = text;
        for (String one : found) {
            if (clean.contains(one)) {
                clean = clean.replace(one, SecretShape.MASK);
            }
        }
        return clean;
    }

    /** The same; null stays null. */
    public @Nullable String applyOrNull(@Nullable String text) {
        return text == null ? null : apply(text);
    }

    /** The same for the bytes of a line; the same array when none is in it, whatever its encoding. */
    public byte[] apply(byte[] line) {
        if (found.isEmpty()) {
            return line;
        }
        String text = new String(line, StandardCharsets.UTF_8);
        String clean = apply(text);
        return clean.equals(text) ? line : clean.getBytes(StandardCharsets.UTF_8);
    }

    /** JSON whose texts are without them, and which is JSON still. */
    public @Nullable String applyToJson(@Nullable String json) {
        if (json == null || found.isEmpty() || apply(json).equals(json)) {
            return json;
        }
        return Codec.write(clean(Codec.parse(json)));
    }

    private JsonNode clean(JsonNode value) {
        if (value.isString()) {
            return Shape.NODES.stringNode(apply(value.stringValue()));
        }
        if (value.isArray()) {
            var items = Shape.NODES.arrayNode();
            value.forEach(one -> items.add(clean(one)));
            return items;
        }
        if (value instanceof ObjectNode object) {
            ObjectNode clean = Shape.NODES.objectNode();
            object.forEachEntry((name, one) -> clean.set(apply(name), clean(one)));
            return clean;
        }
        return value;
    }

    static Redaction of(JsonNode value) {
        Set<String> texts = new LinkedHashSet<>();
        collect(value, texts);
        return of(texts.stream());
    }
}
