package dev.rework.internal;

import dev.rework.Problem;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * What an operation takes or gives, as stored with it ({@code operation.inputs}, {@code outputs}): a
 * subset of JSON Schema. Immutable.
 */
public final class InputSchema {
    private InputSchema() {}

    /** The schema of a stored text; null when the operation declares none, which takes anything. */
    public static @Nullable InputSchema parse(@Nullable String json) {
        throw new UnsupportedOperationException();
    }

    /** Every problem of a value, none when it fits. Defaults count as given. */
    public List<Problem> check(JsonNode value) {
        throw new UnsupportedOperationException();
    }

    /**
     * Checks a JSON text and completes it with defaults: the same text when nothing was missing. A
     * null text counts as an empty object where the schema takes one. Throws {@code InvalidInput}
     * with every problem.
     */
    public @Nullable String accept(@Nullable String json) {
        throw new UnsupportedOperationException();
    }

    /** The JSON text of {@code k=v} pairs, each converted by its field's type; throws {@code InvalidInput}. */
    public String fromStrings(Map<String, String> values) {
        throw new UnsupportedOperationException();
    }

    /** The fields of a record, in declaration order; empty for anything else. */
    public List<Field> fields() {
        throw new UnsupportedOperationException();
    }

    /**
     * A field, as a form needs it.
     *
     * @param type {@code string number integer boolean file datetime date moment list object any …}
     * @param defaultValue JSON text, null when there is none
     * @param choices JSON texts, empty when free
     */
    public record Field(
            String name,
            String type,
            boolean required,
            @Nullable String defaultValue,
            List<String> choices) {}
}
