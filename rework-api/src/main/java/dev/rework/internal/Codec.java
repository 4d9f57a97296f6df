package dev.rework.internal;

import dev.rework.InvalidInput;
import dev.rework.Moment;
import dev.rework.Problem;
import java.lang.reflect.Type;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.StreamWriteConstraints;
import tools.jackson.core.StreamWriteFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.exc.StreamReadException;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.CoercionAction;
import tools.jackson.databind.cfg.CoercionInputShape;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.EnumFeature;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.deser.std.StdScalarDeserializer;
import tools.jackson.databind.introspect.AnnotatedMember;
import tools.jackson.databind.introspect.AnnotatedParameter;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdScalarSerializer;
import tools.jackson.databind.type.LogicalType;

/**
 * The one mapper between Java values and the JSON text of tasks: strict, without coercions or class names, at most
 * 100 levels deep. Threads may share it.
 */
public final class Codec {
    private static final int DEEPEST = 100;
    private static final int LONGEST_STRING = 200_000_000;
    private static final String EMPTY = "not JSON: it is empty";
    private static final String NOW = "rework.now";
    private static final String KEPT = "rework.moments";
    private static final JsonMapper MAPPER = build();

    private Codec() {}

    /** The shared mapper. */
    public static JsonMapper mapper() {
        return MAPPER;
    }

    /** The tree of a JSON text; throws {@code InvalidInput} when it is none. */
    public static JsonNode parse(String json) {
        try {
            JsonNode tree = MAPPER.readTree(json);
            if (tree.isMissingNode()) {
                throw new InvalidInput(List.of(new Problem("", EMPTY)));
            }
            return tree;
        } catch (JacksonException e) {
            throw invalid(e);
        }
    }

    /** The tree of a JSON text that somebody wrote into a row, to be shown; a text that says why when we do not read it. */
    public static JsonNode parseToShow(String json) {
        try {
            return parse(json);
        } catch (InvalidInput notOurs) {
            return MAPPER.getNodeFactory().stringNode("unreadable: " + notOurs.getMessage());
        }
    }

    /** The same text, once it has been seen to be JSON within our limits; throws {@code InvalidInput} otherwise. */
    public static String verbatim(String json) {
        try (JsonParser parser = MAPPER.createParser(json)) {
            if (parser.nextToken() == null) {
                throw new InvalidInput(List.of(new Problem("", EMPTY)));
            }
            parser.skipChildren();
            if (parser.nextToken() != null) {
                throw new InvalidInput(List.of(new Problem("", "not JSON: something follows the value")));
            }
            return escapeHalves(json);
        } catch (JacksonException e) {
            throw invalid(e);
        }
    }

    /** The JSON text of a value: a {@code String} becomes a JSON string. Throws {@code InvalidInput} when it has none. */
    public static String write(@Nullable Object value) {
        try {
            return escapeHalves(MAPPER.writeValueAsString(value));
        } catch (JacksonException e) {
            throw invalid(e);
        }
    }

    /** The value of a type that a JSON text holds; throws {@code InvalidInput} when it does not fit. */
    public static <T> @Nullable T read(String json, Class<T> type) {
        try {
            return MAPPER.readerFor(type).readValue(json);
        } catch (JacksonException e) {
            throw invalid(e);
        }
    }

    /** The same for a generic type. */
    public static @Nullable Object read(String json, Type type) {
        try {
            return MAPPER.readerFor(MAPPER.constructType(type)).readValue(json);
        } catch (JacksonException e) {
            throw invalid(e);
        }
    }

    /** The same, with what moments mean: by their text, and by {@code now} where nothing is known of it. */
    public static @Nullable Object read(String json, Type type, ZonedDateTime now, Map<String, Moment> known) {
        try {
            return MAPPER.readerFor(MAPPER.constructType(type))
                    .withAttribute(NOW, now)
                    .withAttribute(KEPT, known)
                    .readValue(json);
        } catch (JacksonException e) {
            throw invalid(e);
        }
    }

    private static JsonMapper build() {
        JsonFactory factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(DEEPEST)
                        .maxStringLength(LONGEST_STRING)
                        .build())
                .streamWriteConstraints(StreamWriteConstraints.builder()
                        .maxNestingDepth(DEEPEST)
                        .build())
                .build();
        return JsonMapper.builder(factory)
                .enable(
                        DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES,
                        DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES,
                        DeserializationFeature.FAIL_ON_TRAILING_TOKENS,
                        DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
                .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
                .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
                .disable(MapperFeature.SORT_PROPERTIES_ALPHABETICALLY)
                .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                .enable(EnumFeature.FAIL_ON_NUMBERS_FOR_ENUMS)
                .disable(EnumFeature.READ_ENUMS_USING_TO_STRING, EnumFeature.WRITE_ENUMS_USING_TO_STRING)
                .disable(
                        DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS,
                        DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS,
                        DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE,
                        DateTimeFeature.NORMALIZE_DESERIALIZED_ZONE_ID)
                .enable(DateTimeFeature.WRITE_DATES_WITH_ZONE_ID)
                .enable(JsonNodeFeature.USE_BIG_DECIMAL_FOR_FLOATS)
                .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
                .disable(StreamWriteFeature.WRITE_BIGDECIMAL_AS_PLAIN)
                .withCoercionConfig(LogicalType.Textual, textual -> {
                    textual.setCoercion(CoercionInputShape.Integer, CoercionAction.Fail);
                    textual.setCoercion(CoercionInputShape.Float, CoercionAction.Fail);
                    textual.setCoercion(CoercionInputShape.Boolean, CoercionAction.Fail);
                })
                .withCoercionConfigDefaults(any -> any.setCoercion(CoercionInputShape.EmptyString, CoercionAction.Fail))
                // A type of the user may ask for class names in its JSON: rows must never name classes.
                .polymorphicTypeValidator(
                        BasicPolymorphicTypeValidator.builder().build())
                .annotationIntrospector(new PrimitivesRequired())
                .addModule(moments())
                .build();
    }

    /** A missing primitive of a record is an error, not 0. */
    private static final class PrimitivesRequired extends JacksonAnnotationIntrospector {
        @Override
        public @Nullable Boolean hasRequiredMarker(MapperConfig<?> config, AnnotatedMember member) {
            if (member instanceof AnnotatedParameter && member.getRawType().isPrimitive()) {
                return true;
            }
            return super.hasRequiredMarker(config, member);
        }
    }

    private static SimpleModule moments() {
        return new SimpleModule("rework")
                .addSerializer(Moment.class, new MomentWriter())
                .addDeserializer(Moment.class, new MomentReader())
                .addDeserializer(Instant.class, new InstantReader());
    }

    /**
     * Half of a surrogate pair cannot be sent to Postgres as UTF-8, but its JSON escape can. Outside of strings no JSON
     * has one.
     */
    static String escapeHalves(String json) {
        StringBuilder escaped = null;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            boolean half = Character.isSurrogate(c);
            if (half && Character.isHighSurrogate(c) && i + 1 < json.length()) {
                if (Character.isLowSurrogate(json.charAt(i + 1))) {
                    if (escaped != null) {
                        escaped.append(c).append(json.charAt(i + 1));
                    }
                    i++;
                    continue;
                }
            }
            if (half && escaped == null) {
                escaped = new StringBuilder(json.length() + 10).append(json, 0, i);
            }
            if (escaped != null) {
                escaped.append(half ? String.format("\\u%04x", (int) c) : c);
            }
        }
        return escaped == null ? json : escaped.toString();
    }

    private static InvalidInput invalid(JacksonException e) {
        StringBuilder path = new StringBuilder();
        for (JacksonException.Reference step : e.getPath()) {
            if (step.getPropertyName() != null) {
                path.append(path.isEmpty() ? "" : ".").append(step.getPropertyName());
            } else if (step.getIndex() >= 0) {
                path.append('[').append(step.getIndex()).append(']');
            }
        }
        // The parser tells where an unfinished value began, in words about itself.
        String message = e.getOriginalMessage().replaceAll("\\s*\\(start marker at \\[.*\\]\\)", "");
        TokenStreamLocation at = e.getLocation();
        if (e instanceof StreamReadException && at != null && at.getLineNr() > 0) {
            message = "not JSON: " + message + " (line " + at.getLineNr() + ", column " + at.getColumnNr() + ")";
        }
        InvalidInput invalid = new InvalidInput(List.of(new Problem(path.toString(), message.replaceAll("\\s+", " "))));
        invalid.initCause(e);
        return invalid;
    }

    /** Moments are written as their text. */
    private static final class MomentWriter extends StdScalarSerializer<Moment> {
        MomentWriter() {
            super(Moment.class);
        }

        @Override
        public void serialize(Moment value, JsonGenerator generator, SerializationContext context) {
            generator.writeString(value.expression());
        }
    }

    /** Moments are evaluated when the reader was told the time. */
    private static final class MomentReader extends StdScalarDeserializer<Moment> {
        MomentReader() {
            super(Moment.class);
        }

        @Override
        public Moment deserialize(JsonParser parser, DeserializationContext context) {
            if (!parser.hasToken(JsonToken.VALUE_STRING)) {
                return (Moment) context.handleUnexpectedToken(Moment.class, parser);
            }
            String text = parser.getString();
            try {
                if (context.getAttribute(KEPT) instanceof Map<?, ?> known && known.get(text) instanceof Moment moment) {
                    return moment;
                }
                Moment moment = Moment.of(text);
                return context.getAttribute(NOW) instanceof ZonedDateTime now ? moment.evaluated(now) : moment;
            } catch (IllegalArgumentException e) {
                String message = String.valueOf(e.getMessage()).replace("%", "%%");
                return (Moment) context.handleWeirdStringValue(Moment.class, text, message);
            }
        }
    }

    /** Instants with any offset, and without seconds, as the other dates. */
    private static final class InstantReader extends StdScalarDeserializer<Instant> {
        InstantReader() {
            super(Instant.class);
        }

        @Override
        public Instant deserialize(JsonParser parser, DeserializationContext context) {
            if (!parser.hasToken(JsonToken.VALUE_STRING)) {
                return (Instant) context.handleUnexpectedToken(Instant.class, parser);
            }
            String text = parser.getString();
            try {
                return OffsetDateTime.parse(text).toInstant();
            } catch (DateTimeParseException e) {
                return (Instant) context.handleWeirdStringValue(Instant.class, text, "not a date, time and offset");
            }
        }
    }
}
