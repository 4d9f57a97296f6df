package dev.rework.internal;

import dev.rework.internal.Shape.Entries;
import dev.rework.internal.Shape.Items;
import dev.rework.internal.Shape.Named;
import dev.rework.internal.Shape.OneOf;
import dev.rework.internal.Shape.Part;
import dev.rework.internal.Shape.Parts;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** A walk to the secret parts of a value. */
final class SecretFields {
    private final Map<String, Shape> definitions;
    private final Change change;

    SecretFields(Map<String, Shape> definitions, Change change) {
        this.definitions = definitions;
        this.change = change;
    }

    /** What becomes of a secret part that is there and not null. */
    @FunctionalInterface
    interface Change {
        JsonNode of(JsonNode value, String path);
    }

    /** Whether a value of this shape can have any. */
    static boolean isIn(Shape shape, Map<String, Shape> definitions) {
        return isIn(shape, definitions, new HashSet<>());
    }

    private static boolean isIn(Shape shape, Map<String, Shape> definitions, Set<String> seen) {
        if (shape instanceof Parts parts) {
            return parts.parts().stream().anyMatch(part -> isIn(part.shape(), definitions, seen));
        }
        if (shape instanceof Items items) {
            return isIn(items.item(), definitions, seen);
        }
        if (shape instanceof Entries entries) {
            return isIn(entries.value(), definitions, seen);
        }
        if (shape instanceof Named named) {
            Shape definition = definitions.get(named.name());
            return definition != null && seen.add(named.name()) && isIn(definition, definitions, seen);
        }
        return shape instanceof SecretShape || shape instanceof OneOf one && isIn(one.of(), definitions, seen);
    }

    /** The value with its secret parts changed; what does not fit its shape stays as it is. */
    JsonNode walk(Shape shape, JsonNode value, String path) {
        if (value.isNull()) {
            return value;
        }
        if (shape instanceof SecretShape) {
            return change.of(value, path);
        }
        if (shape instanceof Named named) {
            Shape definition = definitions.get(named.name());
            return definition == null ? value : walk(definition, value, path);
        }
        if (shape instanceof Parts parts && value instanceof ObjectNode object) {
            ObjectNode changed = object.objectNode();
            object.forEachEntry((name, one) -> changed.set(
                    name,
                    parts.find(name)
                            .map(Part::shape)
                            .map(part -> walk(part, one, SchemaCheck.below(path, name)))
                            .orElse(one)));
            return changed;
        }
        if (shape instanceof Entries entries && value instanceof ObjectNode object) {
            ObjectNode changed = object.objectNode();
            object.forEachEntry(
                    (name, one) -> changed.set(name, walk(entries.value(), one, SchemaCheck.below(path, name))));
            return changed;
        }
        if (shape instanceof Items items && value instanceof ArrayNode array) {
            ArrayNode changed = array.arrayNode();
            for (int i = 0; i < array.size(); i++) {
                changed.add(walk(items.item(), array.get(i), path + "[" + i + "]"));
            }
            return changed;
        }
        return value;
    }
}
