package dev.rework.internal;

import dev.rework.internal.Shape.Anything;
import dev.rework.internal.Shape.Decimal;
import dev.rework.internal.Shape.Entries;
import dev.rework.internal.Shape.Items;
import dev.rework.internal.Shape.Named;
import dev.rework.internal.Shape.OneOf;
import dev.rework.internal.Shape.Part;
import dev.rework.internal.Shape.Parts;
import dev.rework.internal.Shape.Text;
import dev.rework.internal.Shape.Whole;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Shapes as JSON Schema, and back: {@code read(write(shape))} is the same shape. Unknown keywords are passed over. */
final class SchemaText {
    private static final String REFERENCE = "#/$defs/";

    private SchemaText() {}

    static ObjectNode write(Shape shape, Map<String, Shape> definitions) {
        ObjectNode node = write(shape);
        if (!definitions.isEmpty()) {
            ObjectNode all = node.putObject("$defs");
            new TreeMap<>(definitions).forEach((name, definition) -> all.set(name, write(definition)));
        }
        return node;
    }

    private static ObjectNode write(Shape shape) {
        ObjectNode node = Shape.NODES.objectNode();
        if (shape instanceof SecretShape secret) {
            node.setAll(write(secret.of()));
            node.put(SecretShape.KEYWORD, true);
        } else if (shape instanceof Text text) {
            write(text.format(), node);
        } else if (shape instanceof Whole whole) {
            format(node.put("type", "integer"), "int", whole.bits());
        } else if (shape instanceof Decimal decimal) {
            node.put("type", "number");
            if (decimal.bits() > 0) {
                node.put("format", decimal.bits() == 32 ? "float" : "double");
            }
        } else if (shape instanceof Truth) {
            node.put("type", "boolean");
        } else if (shape instanceof OneOf oneOf) {
            node.setAll(write(oneOf.of()));
            node.putArray("enum").addAll(oneOf.choices());
        } else if (shape instanceof Items items) {
            node.put("type", "array").set("items", write(items.item()));
        } else if (shape instanceof Entries entries) {
            node.put("type", "object").set("additionalProperties", write(entries.value()));
        } else if (shape instanceof Parts parts) {
            write(parts, node);
        } else if (shape instanceof Named named) {
            node.put("$ref", REFERENCE + named.name());
        }
        return node;
    }

    private static void write(TextFormat format, ObjectNode node) {
        node.put("type", "string");
        if (format == TextFormat.FILE) {
            node.put("contentEncoding", format.format());
        } else if (format != TextFormat.PLAIN) {
            node.put("format", format.format());
        }
    }

    private static void format(ObjectNode node, String prefix, int bits) {
        if (bits > 0) {
            node.put("format", prefix + bits);
        }
    }

    private static void write(Parts parts, ObjectNode node) {
        node.put("type", "object");
        ObjectNode properties = node.putObject("properties");
        List<String> required = new ArrayList<>();
        for (Part part : parts.parts()) {
            ObjectNode property = write(part.shape());
            if (part.nullable()) {
                property = nullable(property);
            }
            if (part.defaultValue() != null) {
                property.set("default", part.defaultValue());
            }
            properties.set(part.name(), property);
            if (part.required()) {
                required.add(part.name());
            }
        }
        if (!required.isEmpty()) {
            ArrayNode names = node.putArray("required");
            required.forEach(names::add);
        }
        node.put("additionalProperties", false);
    }

    private static ObjectNode nullable(ObjectNode property) {
        if (property.has("$ref")) {
            ObjectNode either = Shape.NODES.objectNode();
            either.putArray("anyOf").add(property).add(Shape.NODES.objectNode().put("type", "null"));
            return either;
        }
        if (property.has("type")) {
            String type = property.path("type").asString("");
            property.putArray("type").add(type).add("null");
        }
        if (property.get("enum") instanceof ArrayNode choices) {
            choices.addNull();
        }
        return property;
    }

    static Shape read(JsonNode node) {
        Shape shape = plain(node);
        boolean secret = node.path(SecretShape.KEYWORD).asBoolean(false) && !(shape instanceof SecretShape);
        return secret ? new SecretShape(shape) : shape;
    }

    private static Shape plain(JsonNode node) {
        if (node.get("anyOf") instanceof ArrayNode either && !either.isEmpty()) {
            return read(either.get(0));
        }
        if (node.has("$ref")) {
            String target = node.path("$ref").asString("");
            return target.startsWith(REFERENCE) ? new Named(target.substring(REFERENCE.length())) : new Anything();
        }
        Shape shape = ofType(node);
        if (node.get("enum") instanceof ArrayNode choices) {
            List<JsonNode> values = new ArrayList<>();
            choices.forEach(choice -> {
                if (!choice.isNull()) {
                    values.add(choice);
                }
            });
            return new OneOf(shape, List.copyOf(values));
        }
        return shape;
    }

    private static Shape ofType(JsonNode node) {
        String format = node.path("format").asString("");
        return switch (type(node)) {
            case "string" ->
                new Text(TextFormat.of(
                        node.has("contentEncoding")
                                ? node.get("contentEncoding").asString("")
                                : format));
            case "integer" -> new Whole(format.matches("int\\d{1,2}") ? Integer.parseInt(format.substring(3)) : 0);
            case "number" -> new Decimal(format.equals("float") ? 32 : format.equals("double") ? 64 : 0);
            case "boolean" -> new Truth();
            case "array" -> new Items(node.has("items") ? read(node.get("items")) : new Anything());
            case "object" -> object(node);
            default -> new Anything();
        };
    }

    private static String type(JsonNode node) {
        JsonNode type = node.path("type");
        if (type.isArray()) {
            for (JsonNode one : type) {
                if (!one.asString("").equals("null")) {
                    return one.asString("");
                }
            }
        }
        return type.asString("");
    }

    private static Shape object(JsonNode node) {
        if (!(node.get("properties") instanceof ObjectNode properties)) {
            JsonNode others = node.get("additionalProperties");
            return new Entries(others instanceof ObjectNode values ? read(values) : new Anything());
        }
        Set<String> required = new HashSet<>();
        node.path("required").forEach(name -> required.add(name.asString("")));
        List<Part> parts = new ArrayList<>();
        properties.forEachEntry((name, property) -> parts.add(new Part(
                name, read(property), required.contains(name), isNullable(property), property.get("default"))));
        return new Parts(List.copyOf(parts));
    }

    private static boolean isNullable(JsonNode property) {
        return property.has("anyOf") || property.path("type").isArray();
    }
}
