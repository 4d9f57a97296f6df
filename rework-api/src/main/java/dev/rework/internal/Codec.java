package dev.rework.internal;

import java.lang.reflect.Type;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The one mapper between Java values and the JSON text of tasks: strict, without coercions or
 * polymorphic types, at most 100 levels deep. Threads may share it.
 */
public final class Codec {
    private Codec() {}

    /** The shared mapper. */
    public static JsonMapper mapper() {
        throw new UnsupportedOperationException();
    }

    /** The tree of a JSON text; throws {@code InvalidInput} when it is none. */
    public static JsonNode parse(String json) {
        throw new UnsupportedOperationException();
    }

    /** The JSON text of a value: a {@code String} becomes a JSON string. */
    public static String write(@Nullable Object value) {
        throw new UnsupportedOperationException();
    }

    /** The value of a type that a JSON text holds; throws {@code InvalidInput} when it does not fit. */
    public static <T> @Nullable T read(String json, Class<T> type) {
        throw new UnsupportedOperationException();
    }

    /** The same for a generic type. */
    public static @Nullable Object read(String json, Type type) {
        throw new UnsupportedOperationException();
    }
}
