package dev.rework.internal;

import dev.rework.InvalidInput;
import dev.rework.Moment;
import dev.rework.Problem;
import dev.rework.internal.Shape.Anything;
import dev.rework.internal.Shape.Items;
import dev.rework.internal.Shape.OneOf;
import dev.rework.internal.Shape.Part;
import dev.rework.internal.Shape.Parts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * What an operation takes or gives, as stored with it ({@code operation.inputs}, {@code outputs}): a subset of JSON
 * Schema, checked without any coercion. Immutable.
 */
public final class InputSchema {
    private final Shape shape;
    private final Map<String, Shape> definitions;
    private final boolean secrets;

    InputSchema(Shape shape, Map<String, Shape> definitions) {
        this.shape = shape;
        this.definitions = Map.copyOf(definitions);
        this.secrets = SecretFields.isIn(shape, definitions);
    }

    /** The schema of a stored text, {@code {}} for "takes nothing"; null when there is none, which takes anything. */
    public static @Nullable InputSchema parse(@Nullable String json) {
        if (json == null) {
            return null;
        }
        JsonNode node = Codec.parse(json);
        Map<String, Shape> definitions = new LinkedHashMap<>();
        node.path("$defs").forEachEntry((name, definition) -> definitions.put(name, SchemaText.read(definition)));
        Shape shape = node.isEmpty() ? new Parts(List.of()) : SchemaText.read(node);
        return new InputSchema(shape, definitions);
    }

    /** Its stored text. */
    public String toJson() {
        return SchemaText.write(shape, definitions).toString();
    }

    /** Whether a value can have parts that only the running operation may see. */
    public boolean hasSecrets() {
        return secrets;
    }

    JsonNode mapSecrets(JsonNode value, SecretFields.Change change) {
        return new SecretFields(definitions, change).walk(shape, value, "");
    }

    /** Every problem of a value, none when it fits; at most 50 are told. What has a default may be missing. */
    public List<Problem> check(JsonNode value) {
        return check(value, "");
    }

    /** The same of a JSON text, for those who do without the mapper's types. */
    public List<Problem> check(String json, String root) {
        return check(Codec.parse(json), root);
    }

    /** The same, with paths that begin with a word such as {@code output}. */
    public List<Problem> check(JsonNode value, String root) {
        SchemaCheck check = new SchemaCheck(definitions);
        if (value.isNull() && !(shape instanceof Anything)) {
            check.wrong(root, "is missing");
        } else {
            shape.check(value, root, check);
        }
        return check.problems();
    }

    /**
     * Checks a JSON text and completes it with defaults: the same text when nothing was missing. A null text counts as
     * an empty object where the schema takes one, and stays null where it takes nothing. Throws {@code InvalidInput}
     * with every problem.
     */
    public @Nullable String accept(@Nullable String json) {
        if (json == null && shape instanceof Parts parts && parts.parts().isEmpty()) {
            return null;
        }
        JsonNode value =
                json != null ? Codec.parse(json) : shape instanceof Parts ? emptyObject() : Shape.NODES.nullNode();
        return accepted(value, json, List.of());
    }

    /** Whether there may be moments in a value. */
    boolean mayHaveMoments() {
        return toJson().contains('"' + TextFormat.MOMENT.format() + '"');
    }

    /** The moments in a JSON text that was accepted, by their paths. */
    Map<String, Moment> moments(String json) {
        SchemaCheck check = new SchemaCheck(definitions);
        shape.check(Codec.parse(json), "", check);
        return check.moments();
    }

    private static ObjectNode emptyObject() {
        return Shape.NODES.objectNode();
    }

    private String accepted(JsonNode value, @Nullable String json, List<Problem> known) {
        List<Problem> problems = new ArrayList<>(known);
        check(value).stream()
                .filter(problem ->
                        known.stream().noneMatch(other -> other.path().equals(problem.path())))
                .forEach(problems::add);
        if (!problems.isEmpty()) {
            throw new InvalidInput(problems);
        }
        JsonNode completed = shape.complete(value, new SchemaCheck(definitions));
        return json != null && completed.equals(value) ? Codec.escapeHalves(json) : Codec.write(completed);
    }

    /** The JSON text of {@code k=v} pairs, each converted by its field's type; throws {@code InvalidInput}. */
    public String fromStrings(Map<String, String> values) {
        if (!(shape instanceof Parts parts)) {
            throw new InvalidInput(List.of(new Problem("", "takes no named values: give its input as JSON")));
        }
        ObjectNode object = emptyObject();
        List<Problem> problems = new ArrayList<>();
        values.forEach((name, text) -> {
            Optional<Part> part = parts.find(name);
            if (part.isEmpty()) {
                object.put(name, text);
            } else if (!text.isEmpty() || isText(part.get().shape())) {
                convert(part.get(), text, object, problems);
            }
        });
        return accepted(object, null, problems);
    }

    private static boolean isText(Shape shape) {
        return switch (shape.formType()) {
            case "string", "any", "list", "file" -> true;
            default -> false;
        };
    }

    private static void convert(Part part, String text, ObjectNode object, List<Problem> problems) {
        try {
            object.set(part.name(), part.shape().typed(text));
        } catch (InvalidInput e) {
            problems.add(new Problem(part.name(), e.problems().get(0).message()));
        } catch (IllegalArgumentException e) {
            problems.add(new Problem(part.name(), String.valueOf(e.getMessage())));
        }
        if (!object.has(part.name())) {
            // Keeps the check from calling it missing as well; told once, by path.
            object.putNull(part.name());
        }
    }

    /** The fields of a record, in declaration order; empty for anything else. */
    public List<Field> fields() {
        if (!(shape instanceof Parts parts)) {
            return List.of();
        }
        return parts.parts().stream().map(InputSchema::field).toList();
    }

    private static Field field(Part part) {
        Shape scalar = part.shape() instanceof Items items ? items.item() : part.shape();
        List<String> choices = scalar instanceof OneOf oneOf
                ? oneOf.choices().stream().map(JsonNode::toString).toList()
                : List.of();
        JsonNode defaultValue = part.defaultValue();
        return new Field(
                part.name(),
                part.shape().formType(),
                part.required(),
                defaultValue == null ? null : defaultValue.toString(),
                choices);
    }

    /**
     * A field, as a form needs it.
     *
     * @param type {@code string number integer boolean file datetime date time duration moment list object any}
     * @param defaultValue JSON text, null when there is none
     * @param choices JSON texts, empty when free; of a list those of its items
     */
    public record Field(
            String name,
            String type,
            boolean required,
            @Nullable String defaultValue,
            List<String> choices) {}
}
