package dev.rework.internal.db;

import dev.rework.InvalidInput;
import dev.rework.internal.Codec;
import dev.rework.internal.CronRule;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** What makes two plans the same: operation, host, rule, zone and input, however they are spelled. */
final class PlanIdentity {
    private final MessageDigest digest;

    private PlanIdentity() {
        try {
            digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Of a prepared plan: as it is now, then as it would have been with older keys of its secrets. */
    static List<byte[]> of(PlanStore.Draft draft) {
        return draft.inputMarks().isEmpty()
                ? List.of(of(draft, draft.input()))
                : draft.inputMarks().stream().map(input -> of(draft, input)).toList();
    }

    private static byte[] of(PlanStore.Draft draft, @Nullable String input) {
        PlanIdentity identity = new PlanIdentity()
                .add(Long.toString(draft.operation()))
                .add(draft.host())
                .add(CronRule.normal(draft.rule()).toUpperCase(Locale.ROOT))
                .add(draft.zone().normalized().getId())
                .add(input == null ? "" : "json" + canonical(input));
        byte[] raw = draft.rawInput();
        if (raw != null) {
            identity.digest.update(raw);
        }
        return identity.digest.digest();
    }

    /** Of the one plan that an operation declares. */
    static byte[] declared(long operation) {
        return new PlanIdentity()
                .add("declared")
                .add(Long.toString(operation))
                .digest
                .digest();
    }

    private PlanIdentity add(String part) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        digest.update((bytes.length + ":").getBytes(StandardCharsets.US_ASCII));
        digest.update(bytes);
        return this;
    }

    private static String canonical(String json) {
        JsonNode tree = parsed(json);
        if (tree == null) {
            return json;
        }
        StringBuilder out = new StringBuilder();
        write(tree, out);
        return out.toString();
    }

    private static @Nullable JsonNode parsed(String json) {
        try {
            return Codec.parse(json);
        } catch (InvalidInput e) {
            return null;
        }
    }

    private static void write(JsonNode node, StringBuilder out) {
        if (node.isObject()) {
            out.append('{');
            for (String name : new TreeSet<>(node.propertyNames())) {
                out.append(Codec.write(name)).append(':');
                write(node.path(name), out);
                out.append(',');
            }
            out.append('}');
        } else if (node.isArray()) {
            out.append('[');
            for (JsonNode each : node) {
                write(each, out);
                out.append(',');
            }
            out.append(']');
        } else {
            out.append(node);
        }
    }
}
