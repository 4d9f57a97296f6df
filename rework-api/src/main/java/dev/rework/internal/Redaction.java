package dev.rework.internal;

import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Takes secret values out of text: as they are, line by line where they have several, and as JSON, base64 and a URL write
 * them. Values of less than {@value #SHORTEST} characters are too common to be looked for. Immutable. A worker loads this
 * class as it starts: what knows JSON is in {@link RedactedJson}.
 */
public final class Redaction {
    /** The shortest text that is looked for. */
    public static final int SHORTEST = 4;

    /** Finds nothing. */
    public static final Redaction NONE = new Redaction(List.of());

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
        return RedactedJson.clean(this, json);
    }
}
