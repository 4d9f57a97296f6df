package dev.rework.internal;

import dev.rework.InvalidInput;
import dev.rework.Problem;
import dev.rework.SecretKeyMissing;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The secret parts of an operation's inputs, sealed for that operation and that field. In a row each is {@code {"$secret":
 * "1.key.…"}}. For those who run tasks, of any thread; loads nothing for operations without secrets.
 *
 * @param domain the operation's domain
 * @param operation its name
 */
public record SecretInput(SecretKeys keys, String domain, String operation) {

    /** An input as its operation gets it, and what takes its secrets out of texts. */
    public record Opened(@Nullable String json, Redaction redaction) {}

    private String context(String path) {
        return "rework-secret\0" + domain + "\0" + operation + "\0" + path;
    }

    /**
     * Seals what is not sealed yet, and makes sure that what is sealed was sealed for this very place. {@link
     * SecretKeyMissing} without a key, {@link InvalidInput} for what was sealed for another place.
     */
    public @Nullable String seal(InputSchema schema, @Nullable String json) {
        return json == null || !schema.hasSecrets()
                ? json
                : Codec.write(schema.mapSecrets(Codec.parse(json), this::sealed));
    }

    private JsonNode sealed(JsonNode value, String path) {
        KeyRing ring = keys.demand("`" + operation + "` takes a secret, `" + path + "`");
        if (SecretShape.isSealed(value)) {
            opened(value, path);
            return value;
        }
        return SecretShape.sealed(ring.seal(value.toString(), context(path)));
    }

    /** Opens what is sealed; {@link SecretKeyMissing}, {@link InvalidInput} when that cannot be done. */
    public Opened open(@Nullable String schema, @Nullable String json) {
        if (json == null || !SecretKeys.areFor(schema)) {
            return new Opened(json, Redaction.NONE);
        }
        InputSchema shape = InputSchema.parse(schema);
        Set<String> texts = new LinkedHashSet<>();
        JsonNode open = shape == null
                ? Codec.parse(json)
                : shape.mapSecrets(Codec.parse(json), (value, path) -> {
                    JsonNode plain = SecretShape.isSealed(value) ? opened(value, path) : value;
                    RedactedJson.collect(plain, texts);
                    return plain;
                });
        return new Opened(Codec.write(open), Redaction.of(texts.stream()));
    }

    private JsonNode opened(JsonNode value, String path) {
        String sealed = SecretShape.text(value);
        try {
            String plain = keys.ring().open(sealed, context(path));
            plain = plain == null ? keys.ringAgain().open(sealed, context(path)) : plain;
            if (plain != null) {
                return Codec.parse(plain);
            }
        } catch (IllegalArgumentException e) {
            throw new InvalidInput(operation, List.of(new Problem(path, String.valueOf(e.getMessage()))));
        }
        throw new SecretKeyMissing("the secret `" + path + "` of `" + operation + "` was sealed with key "
                + KeyRing.keyOf(sealed) + ", which is not among those of " + keys.where());
    }

    /** The same input, sealed with the newest key; null when it is already, or has nothing sealed. */
    public @Nullable String resealed(InputSchema schema, String json) {
        boolean[] changed = {false};
        JsonNode sealed = schema.mapSecrets(Codec.parse(json), (value, path) -> {
            if (!SecretShape.isSealed(value) || keys.ring().isNewest(SecretShape.text(value))) {
                return value;
            }
            changed[0] = true;
            return SecretShape.sealed(keys.ring().seal(opened(value, path).toString(), context(path)));
        });
        return changed[0] ? Codec.write(sealed) : null;
    }

    /**
     * The input with marks for its secrets, by each key, the newest first: the same for the same secrets, however they are
     * sealed. The input alone when it has none.
     */
    public List<String> marked(@Nullable InputSchema schema, String json) {
        if (schema == null || !schema.hasSecrets()) {
            return List.of(json);
        }
        List<String> all = new ArrayList<>();
        int keyCount = keys.ring().ids().size();
        for (int i = 0; i < keyCount; i++) {
            int key = i;
            all.add(Codec.write(schema.mapSecrets(Codec.parse(json), (value, path) -> {
                JsonNode plain = SecretShape.isSealed(value) ? opened(value, path) : value;
                return Shape.NODES.stringNode(
                        keys.ring().marks(plain.toString(), context(path)).get(key));
            })));
        }
        return all.isEmpty() ? List.of(json) : all;
    }

    /** An input as people may see it: {@code ***} for each secret, sealed or not. */
    public static @Nullable String masked(@Nullable String schema, @Nullable String json) {
        if (json == null || !SecretKeys.areFor(schema) && !json.contains(SecretShape.SEALED)) {
            return json;
        }
        InputSchema shape = SecretKeys.areFor(schema) ? InputSchema.parse(schema) : null;
        JsonNode value = Codec.parse(json);
        JsonNode known = shape == null
                ? value
                : shape.mapSecrets(value, (one, path) -> Shape.NODES.stringNode(SecretShape.MASK));
        return Codec.write(withoutSealed(known));
    }

    /** An operation may have lost its declaration, or been registered with another one. */
    private static JsonNode withoutSealed(JsonNode value) {
        if (SecretShape.isSealed(value)) {
            return Shape.NODES.stringNode(SecretShape.MASK);
        }
        if (value.isArray()) {
            var items = Shape.NODES.arrayNode();
            value.forEach(one -> items.add(withoutSealed(one)));
            return items;
        }
        if (value.isObject()) {
            var object = Shape.NODES.objectNode();
            value.forEachEntry((name, one) -> object.set(name, withoutSealed(one)));
            return object;
        }
        return value;
    }
}
