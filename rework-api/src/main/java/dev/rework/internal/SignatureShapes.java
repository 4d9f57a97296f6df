package dev.rework.internal;

import dev.rework.Choices;
import dev.rework.Default;
import dev.rework.InvalidInput;
import dev.rework.Moment;
import dev.rework.Secret;
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
import io.github.classgraph.AnnotationInfo;
import io.github.classgraph.AnnotationInfoList;
import io.github.classgraph.ArrayTypeSignature;
import io.github.classgraph.BaseTypeSignature;
import io.github.classgraph.ClassInfo;
import io.github.classgraph.ClassRefTypeSignature;
import io.github.classgraph.FieldInfo;
import io.github.classgraph.ReferenceTypeSignature;
import io.github.classgraph.TypeArgument;
import io.github.classgraph.TypeSignature;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The shape of a method's input or output, read from class files: nothing is loaded. Types whose class file was not
 * scanned, and classes that are no records, may hold anything.
 */
final class SignatureShapes {
    private static final Map<String, Shape> SCALARS = Map.ofEntries(
            Map.entry("boolean", new Truth()),
            Map.entry("byte", new Whole(8)),
            Map.entry("short", new Whole(16)),
            Map.entry("int", new Whole(32)),
            Map.entry("long", new Whole(64)),
            Map.entry("float", new Decimal(32)),
            Map.entry("double", new Decimal(64)),
            Map.entry("char", new Text(TextFormat.CHARACTER)),
            Map.entry("java.lang.Boolean", new Truth()),
            Map.entry("java.lang.Byte", new Whole(8)),
            Map.entry("java.lang.Short", new Whole(16)),
            Map.entry("java.lang.Integer", new Whole(32)),
            Map.entry("java.lang.Long", new Whole(64)),
            Map.entry("java.math.BigInteger", new Whole(0)),
            Map.entry("java.lang.Float", new Decimal(32)),
            Map.entry("java.lang.Double", new Decimal(64)),
            Map.entry("java.math.BigDecimal", new Decimal(0)),
            Map.entry("java.lang.Number", new Decimal(0)),
            Map.entry("java.lang.Character", new Text(TextFormat.CHARACTER)),
            Map.entry("java.lang.String", new Text(TextFormat.PLAIN)),
            Map.entry("java.lang.CharSequence", new Text(TextFormat.PLAIN)),
            Map.entry("java.time.Instant", new Text(TextFormat.DATE_TIME)),
            Map.entry("java.time.OffsetDateTime", new Text(TextFormat.DATE_TIME)),
            Map.entry("java.time.ZonedDateTime", new Text(TextFormat.ZONED_DATE_TIME)),
            Map.entry("java.time.LocalDateTime", new Text(TextFormat.LOCAL_DATE_TIME)),
            Map.entry("java.time.LocalDate", new Text(TextFormat.DATE)),
            Map.entry("java.time.LocalTime", new Text(TextFormat.LOCAL_TIME)),
            Map.entry("java.time.Duration", new Text(TextFormat.DURATION)),
            Map.entry("java.util.UUID", new Text(TextFormat.ID)),
            Map.entry("java.net.URI", new Text(TextFormat.ADDRESS)),
            Map.entry(Moment.class.getName(), new Text(TextFormat.MOMENT)));
    private static final Map<String, String> OPTIONALS = Map.of(
            "java.util.OptionalInt", "int", "java.util.OptionalLong", "long", "java.util.OptionalDouble", "double");
    private static final String RENAMED = "com.fasterxml.jackson.annotation.JsonProperty";
    private static final String OPTIONAL = "java.util.Optional";
    private static final Set<String> LISTS = Set.of(
            "java.lang.Iterable",
            "java.util.Collection",
            "java.util.List",
            "java.util.ArrayList",
            "java.util.LinkedList",
            "java.util.Set",
            "java.util.HashSet",
            "java.util.LinkedHashSet",
            "java.util.SortedSet",
            "java.util.TreeSet",
            "java.util.Queue",
            "java.util.Deque",
            "java.util.ArrayDeque");
    private static final Set<String> MAPS = Set.of(
            "java.util.Map",
            "java.util.HashMap",
            "java.util.LinkedHashMap",
            "java.util.SortedMap",
            "java.util.TreeMap",
            "java.util.concurrent.ConcurrentMap",
            "java.util.concurrent.ConcurrentHashMap");

    private final boolean output;
    private final List<String> problems;
    private final Map<String, Shape> definitions = new LinkedHashMap<>();
    private final Deque<String> open = new ArrayDeque<>();

    private SignatureShapes(boolean output, List<String> problems) {
        this.output = output;
        this.problems = problems;
    }

    /** The schema text of a type, or null where it may hold anything; what is wrong with it is added to problems. */
    static @Nullable String schema(TypeSignature type, boolean output, List<String> problems) {
        SignatureShapes shapes = new SignatureShapes(output, problems);
        Shape shape = shapes.shape(type, Map.of());
        return shape instanceof Anything ? null : new InputSchema(shape, shapes.definitions).toJson();
    }

    private Shape shape(@Nullable TypeSignature type, Map<String, Shape> variables) {
        if (type instanceof BaseTypeSignature base) {
            return SCALARS.getOrDefault(base.getTypeStr(), new Anything());
        }
        if (type instanceof ArrayTypeSignature array) {
            boolean bytes = array.getTypeSignatureStr().equals("[B");
            return bytes ? new Text(TextFormat.FILE) : new Items(shape(array.getNestedType(), variables));
        }
        if (type instanceof ClassRefTypeSignature reference) {
            return shape(reference, variables);
        }
        return type == null ? new Anything() : variables.getOrDefault(type.toString(), new Anything());
    }

    private Shape shape(ClassRefTypeSignature reference, Map<String, Shape> variables) {
        String name = reference.getFullyQualifiedClassName();
        Shape scalar = SCALARS.get(name);
        if (scalar != null) {
            return scalar;
        }
        List<Shape> arguments = arguments(reference, variables);
        if (LISTS.contains(name)) {
            return new Items(arguments.isEmpty() ? new Anything() : arguments.get(0));
        }
        if (MAPS.contains(name)) {
            return new Entries(arguments.size() < 2 ? new Anything() : arguments.get(1));
        }
        ClassInfo scanned = reference.getClassInfo();
        if (scanned == null || scanned.isExternalClass()) {
            return new Anything();
        }
        if (isJacksons(scanned)) {
            refuseOurs(scanned);
            return new Anything();
        }
        if (scanned.isEnum()) {
            return choices(scanned);
        }
        if (scanned.isRecord()) {
            return record(scanned, arguments);
        }
        if (hasSecret(scanned)) {
            problems.add(scanned.getName() + ": @Secret works on components of records, and this is none");
        }
        return new Anything();
    }

    private List<Shape> arguments(ClassRefTypeSignature reference, Map<String, Shape> variables) {
        List<TypeArgument> arguments = new ArrayList<>(reference.getTypeArguments());
        reference.getSuffixTypeArguments().forEach(arguments::addAll);
        return arguments.stream()
                .map(argument -> {
                    ReferenceTypeSignature bound = argument.getTypeSignature();
                    return shape(bound, variables);
                })
                .toList();
    }

    /** Whether Jackson's annotations decide what its JSON looks like; a mere {@code @JsonProperty} name is understood. */
    private static boolean isJacksons(ClassInfo scanned) {
        if (hasJacksons(scanned.getAnnotationInfo())
                || scanned.getDeclaredFieldInfo().stream().anyMatch(field -> hasJacksons(field.getAnnotationInfo()))) {
            return true;
        }
        return scanned.getDeclaredMethodAndConstructorInfo().stream()
                .anyMatch(method -> method.getAnnotationInfo().stream()
                        .anyMatch(annotation -> annotation.getName().endsWith(".JsonCreator")
                                || annotation.getName().endsWith(".JsonValue")));
    }

    private static boolean hasJacksons(AnnotationInfoList annotations) {
        return annotations.stream().map(AnnotationInfo::getName).anyMatch(SignatureShapes::isJacksons);
    }

    private static boolean isJacksons(String annotation) {
        return !annotation.equals(RENAMED)
                && (annotation.startsWith("com.fasterxml.jackson.") || annotation.startsWith("tools.jackson."));
    }

    private void refuseOurs(ClassInfo scanned) {
        for (FieldInfo field : scanned.getDeclaredFieldInfo()) {
            if (field.hasAnnotation(Default.class.getName())
                    || field.hasAnnotation(Choices.class.getName())
                    || field.hasAnnotation(Secret.class.getName())) {
                problems.add(scanned.getName() + "." + field.getName()
                        + ": @Default, @Choices and @Secret do not work beside Jackson's annotations");
            }
        }
    }

    private static boolean hasSecret(ClassInfo scanned) {
        return scanned.getDeclaredFieldInfo().stream().anyMatch(field -> field.hasAnnotation(Secret.class.getName()));
    }

    private static Shape choices(ClassInfo scanned) {
        List<JsonNode> names = new ArrayList<>();
        for (FieldInfo constant : scanned.getEnumConstants()) {
            if (constant.hasAnnotation(RENAMED) || hasJacksons(constant.getAnnotationInfo())) {
                return new Anything();
            }
            names.add(Shape.NODES.stringNode(constant.getName()));
        }
        return new OneOf(new Text(TextFormat.PLAIN), names);
    }

    private Shape record(ClassInfo scanned, List<Shape> arguments) {
        String name = scanned.getName();
        if (open.contains(name)) {
            if (!arguments.isEmpty()) {
                return new Anything();
            }
            definitions.putIfAbsent(name, new Anything());
            return new Named(name);
        }
        open.push(name);
        try {
            Parts parts = new Parts(parts(scanned, variables(scanned, arguments)));
            definitions.computeIfPresent(name, (key, placeholder) -> parts);
            return parts;
        } finally {
            open.pop();
        }
    }

    private static Map<String, Shape> variables(ClassInfo scanned, List<Shape> arguments) {
        Map<String, Shape> variables = new LinkedHashMap<>();
        if (scanned.getTypeSignature() != null) {
            var parameters = scanned.getTypeSignature().getTypeParameters();
            for (int i = 0; i < Math.min(parameters.size(), arguments.size()); i++) {
                variables.put(parameters.get(i).getName(), arguments.get(i));
            }
        }
        return variables;
    }

    private List<Part> parts(ClassInfo scanned, Map<String, Shape> variables) {
        List<Part> parts = new ArrayList<>();
        for (FieldInfo field : scanned.getDeclaredFieldInfo()) {
            if (!field.isStatic()) {
                parts.add(part(scanned, field, variables));
            }
        }
        return List.copyOf(parts);
    }

    private Part part(ClassInfo scanned, FieldInfo field, Map<String, Shape> variables) {
        TypeSignature type = field.getTypeSignatureOrTypeDescriptor();
        boolean optional = isNullable(field, type);
        Shape shape = null;
        if (type instanceof ClassRefTypeSignature reference) {
            String name = reference.getFullyQualifiedClassName();
            String primitive = OPTIONALS.get(name);
            if (primitive != null) {
                shape = SCALARS.get(primitive);
            } else if (name.equals(OPTIONAL)) {
                List<Shape> arguments = arguments(reference, variables);
                shape = arguments.isEmpty() ? new Anything() : arguments.get(0);
            }
        }
        optional |= shape != null;
        shape = shape != null
                ? shape
                : hasJacksons(field.getAnnotationInfo()) ? new Anything() : shape(type, variables);
        String where = scanned.getName() + "." + field.getName();
        shape = chosen(shape, field, where);
        JsonNode given = defaultValue(shape, field, where);
        if (field.hasAnnotation(Secret.class.getName())) {
            shape = secret(shape, given, where);
        }
        boolean primitive = type instanceof BaseTypeSignature;
        boolean required = given == null && !optional && (primitive || !output);
        return new Part(name(field), shape, required, optional || output && !primitive, given);
    }

    private Shape secret(Shape shape, @Nullable JsonNode given, String where) {
        if (output) {
            problems.add(where + ": @Secret is for inputs; an output is there to be read");
        }
        if (given != null) {
            problems.add(where + ": @Default of a @Secret would stand in the code for all to read");
        }
        return new SecretShape(shape);
    }

    private static String name(FieldInfo field) {
        AnnotationInfo renamed = field.getAnnotationInfo(RENAMED);
        Object value = renamed == null ? null : renamed.getParameterValues().getValue("value");
        return value instanceof String name && !name.isEmpty() ? name : field.getName();
    }

    private static boolean isNullable(FieldInfo field, @Nullable TypeSignature type) {
        List<AnnotationInfo> annotations = new ArrayList<>(field.getAnnotationInfo());
        if (type != null && type.getTypeAnnotationInfo() != null) {
            annotations.addAll(type.getTypeAnnotationInfo());
        }
        return annotations.stream()
                .anyMatch(annotation -> annotation.getName().endsWith(".Nullable")
                        || annotation.getName().endsWith(".CheckForNull"));
    }

    private Shape chosen(Shape shape, FieldInfo field, String where) {
        AnnotationInfo annotation = field.getAnnotationInfo(Choices.class.getName());
        if (annotation == null) {
            return shape;
        }
        Shape scalar = shape instanceof Items items ? items.item() : shape;
        List<JsonNode> choices = new ArrayList<>();
        Object value = annotation.getParameterValues().getValue("value");
        for (Object text : value instanceof Object[] several ? Arrays.asList(several) : List.of()) {
            JsonNode choice = typed(scalar, String.valueOf(text), where, "@Choices");
            if (choice != null) {
                choices.add(choice);
            }
        }
        if (choices.isEmpty()) {
            problems.add(where + ": @Choices leaves no choice");
        }
        OneOf oneOf = new OneOf(scalar, List.copyOf(choices));
        return shape instanceof Items ? new Items(oneOf) : oneOf;
    }

    private @Nullable JsonNode defaultValue(Shape shape, FieldInfo field, String where) {
        AnnotationInfo annotation = field.getAnnotationInfo(Default.class.getName());
        if (annotation == null) {
            return null;
        }
        Object value = annotation.getParameterValues().getValue("value");
        return typed(shape, String.valueOf(value), where, "@Default");
    }

    /** The value of an annotation's text, or null when it is wrong, which is then told. */
    private @Nullable JsonNode typed(Shape shape, String text, String where, String annotation) {
        String what = where + ": " + annotation + " ";
        try {
            JsonNode value = shape.typed(text);
            SchemaCheck check = new SchemaCheck(definitions);
            shape.check(value, "", check);
            check.problems().forEach(problem -> problems.add(what + problem));
            return check.count() == 0 ? value : null;
        } catch (InvalidInput e) {
            problems.add(what + e.problems().get(0));
        } catch (IllegalArgumentException e) {
            problems.add(what + e.getMessage());
        }
        return null;
    }
}
