package dev.rework.internal;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/** What a JSON value must look like. */
sealed interface Shape
        permits SecretShape,
                Shape.Anything,
                Shape.Text,
                Shape.Whole,
                Shape.Decimal,
                Truth,
                Shape.OneOf,
                Shape.Items,
                Shape.Entries,
                Shape.Parts,
                Shape.Named {
    JsonNodeFactory NODES = JsonNodeFactory.instance;

    /** Reports everything that is wrong with a value. */
    void check(JsonNode value, String path, SchemaCheck check);

    /**
     * The value somebody typed as text.
     *
     * @throws RuntimeException when it is none, saying why
     */
    JsonNode typed(String text);

    /** The value with the defaults of what is missing; the same object when nothing is. */
    default JsonNode complete(JsonNode value, SchemaCheck check) {
        return value;
    }

    /** What a form calls it. */
    String formType();

    /** Takes anything. */
    record Anything() implements Shape {
        @Override
        public void check(JsonNode value, String path, SchemaCheck check) {}

        @Override
        public JsonNode typed(String text) {
            try {
                return Codec.parse(text);
            } catch (RuntimeException e) {
                return NODES.stringNode(text);
            }
        }

        @Override
        public String formType() {
            return "any";
        }
    }

    /** A string. */
    record Text(TextFormat format) implements Shape {
        @Override
        public void check(JsonNode value, String path, SchemaCheck check) {
            if (!value.isString()) {
                check.wrong(path, value, "is not " + format.meaning());
                return;
            }
            String refusal = format.refuses(value.stringValue());
            if (refusal != null) {
                check.wrong(path, value, refusal);
            } else if (format == TextFormat.MOMENT) {
                check.moment(path, value.stringValue());
            }
        }

        @Override
        public JsonNode typed(String text) {
            return NODES.stringNode(format.typed(text));
        }

        @Override
        public String formType() {
            return format.formType();
        }
    }

    /** A whole number of so many bits; 0 = any. */
    record Whole(int bits) implements Shape {
        private static final int LONGEST = 1000;

        @Override
        public void check(JsonNode value, String path, SchemaCheck check) {
            if (value.isNumber() && !value.isIntegralNumber() && value.canConvertToExactIntegral()) {
                check.wrong(path, value, "is written as a fraction, not as a whole number");
            } else if (!value.isIntegralNumber()) {
                check.wrong(path, value, "is not a whole number");
            } else if (bits > 0 && value.bigIntegerValue().bitLength() >= bits) {
                check.wrong(path, value, "does not fit into " + bits + " bits");
            }
        }

        @Override
        public JsonNode typed(String text) {
            try {
                String digits = text.strip();
                if (digits.length() <= LONGEST) {
                    return NODES.numberNode(new BigInteger(digits));
                }
            } catch (NumberFormatException e) {
                // said below
            }
            throw new IllegalArgumentException(SchemaCheck.quote(text) + " is not a whole number");
        }

        @Override
        public String formType() {
            return "integer";
        }
    }

    /** A number that a float (32 bits), a double (64) or a decimal (0) holds. */
    record Decimal(int bits) implements Shape {
        private static final int LONGEST = 1000;

        @Override
        public void check(JsonNode value, String path, SchemaCheck check) {
            if (!value.isNumber()) {
                check.wrong(path, value, "is not a number");
                return;
            }
            Number number = value.numberValue();
            boolean fits = switch (bits) {
                case 32 -> Float.isFinite(number.floatValue());
                case 64 -> Double.isFinite(number.doubleValue());
                default -> true;
            };
            if (!fits) {
                check.wrong(path, value, "does not fit into " + bits + " bits");
            }
        }

        @Override
        public JsonNode typed(String text) {
            try {
                String digits = text.strip();
                if (digits.length() <= LONGEST) {
                    return NODES.numberNode(new BigDecimal(digits));
                }
            } catch (NumberFormatException e) {
                // said below
            }
            throw new IllegalArgumentException(SchemaCheck.quote(text) + " is not a number");
        }

        @Override
        public String formType() {
            return "number";
        }
    }

    /** One of some values. */
    record OneOf(Shape of, List<JsonNode> choices) implements Shape {
        @Override
        public void check(JsonNode value, String path, SchemaCheck check) {
            int before = check.count();
            of.check(value, path, check);
            if (check.count() == before && choices.stream().noneMatch(choice -> same(choice, value))) {
                check.wrong(
                        path,
                        value,
                        "is not one of "
                                + choices.stream().map(JsonNode::toString).collect(Collectors.joining(", ")));
            }
        }

        private static boolean same(JsonNode a, JsonNode b) {
            if (a.isNumber() && b.isNumber()) {
                return a.decimalValue().compareTo(b.decimalValue()) == 0;
            }
            return a.equals(b);
        }

        @Override
        public JsonNode typed(String text) {
            return of.typed(text);
        }

        @Override
        public String formType() {
            return of.formType();
        }
    }

    /** A list. */
    record Items(Shape item) implements Shape {
        @Override
        public void check(JsonNode value, String path, SchemaCheck check) {
            if (!value.isArray()) {
                check.wrong(path, value, "is not a list");
                return;
            }
            for (int i = 0; i < value.size(); i++) {
                item.check(value.get(i), path + "[" + i + "]", check);
            }
        }

        /** A JSON list, or its items with commas between. */
        @Override
        public JsonNode typed(String text) {
            if (text.stripLeading().startsWith("[")) {
                return Codec.parse(text);
            }
            ArrayNode items = NODES.arrayNode();
            if (!text.isBlank()) {
                Arrays.stream(text.split(",", -1))
                        .map(String::strip)
                        .map(item::typed)
                        .forEach(items::add);
            }
            return items;
        }

        @Override
        public JsonNode complete(JsonNode value, SchemaCheck check) {
            ArrayNode completed = NODES.arrayNode();
            boolean same = true;
            for (JsonNode one : value) {
                JsonNode whole = item.complete(one, check);
                same &= whole.equals(one);
                completed.add(whole);
            }
            return same ? value : completed;
        }

        @Override
        public String formType() {
            return "list";
        }
    }

    /** An object with any keys and values of one shape. */
    record Entries(Shape value) implements Shape {
        @Override
        public void check(JsonNode object, String path, SchemaCheck check) {
            if (!object.isObject()) {
                check.wrong(path, object, "is not an object");
                return;
            }
            object.forEachEntry((key, one) -> value.check(one, SchemaCheck.below(path, key), check));
        }

        @Override
        public JsonNode typed(String text) {
            return Codec.parse(text);
        }

        @Override
        public JsonNode complete(JsonNode object, SchemaCheck check) {
            ObjectNode completed = NODES.objectNode();
            boolean[] same = {true};
            object.forEachEntry((key, one) -> {
                JsonNode whole = value.complete(one, check);
                same[0] &= whole.equals(one);
                completed.set(key, whole);
            });
            return same[0] ? object : completed;
        }

        @Override
        public String formType() {
            return "object";
        }
    }

    /** A component of a record. */
    record Part(
            String name,
            Shape shape,
            boolean required,
            boolean nullable,
            @Nullable JsonNode defaultValue) {}

    /** A record. */
    record Parts(List<Part> parts) implements Shape {
        @Override
        public void check(JsonNode object, String path, SchemaCheck check) {
            if (!object.isObject()) {
                check.wrong(path, object, "is not an object");
                return;
            }
            for (Part part : parts) {
                JsonNode value = object.get(part.name());
                String below = SchemaCheck.below(path, part.name());
                if (value == null) {
                    if (part.required()) {
                        check.wrong(below, "is missing");
                    }
                } else if (!value.isNull()) {
                    part.shape().check(value, below, check);
                } else if (!part.nullable() && !(part.shape() instanceof Anything)) {
                    check.wrong(below, part.required() ? "is missing" : "is null");
                }
            }
            for (String name : object.propertyNames()) {
                if (find(name).isEmpty()) {
                    check.wrong(SchemaCheck.below(path, name), "is unknown" + known());
                }
            }
        }

        private String known() {
            return parts.isEmpty()
                    ? " (nothing is taken)"
                    : " (known: " + parts.stream().map(Part::name).collect(Collectors.joining(", ")) + ")";
        }

        Optional<Part> find(String name) {
            return parts.stream().filter(part -> part.name().equals(name)).findFirst();
        }

        @Override
        public JsonNode typed(String text) {
            return Codec.parse(text);
        }

        @Override
        public JsonNode complete(JsonNode object, SchemaCheck check) {
            ObjectNode completed = NODES.objectNode();
            boolean[] same = {true};
            object.forEachEntry((name, one) -> {
                Optional<Part> part = one.isNull() ? Optional.empty() : find(name);
                JsonNode whole =
                        part.map(known -> known.shape().complete(one, check)).orElse(one);
                same[0] &= whole.equals(one);
                completed.set(name, whole);
            });
            for (Part part : parts) {
                JsonNode defaultValue = part.defaultValue();
                if (defaultValue != null && !object.has(part.name())) {
                    completed.set(part.name(), part.shape().complete(defaultValue, check));
                    same[0] = false;
                }
            }
            return same[0] ? object : completed;
        }

        @Override
        public String formType() {
            return "object";
        }
    }

    /** A record that stands within itself. */
    record Named(String name) implements Shape {
        @Override
        public void check(JsonNode value, String path, SchemaCheck check) {
            check.definition(name).check(value, path, check);
        }

        @Override
        public JsonNode typed(String text) {
            return Codec.parse(text);
        }

        @Override
        public JsonNode complete(JsonNode value, SchemaCheck check) {
            return check.definition(name).complete(value, check);
        }

        @Override
        public String formType() {
            return "object";
        }
    }
}
