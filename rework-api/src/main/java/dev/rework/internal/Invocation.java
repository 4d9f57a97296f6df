package dev.rework.internal;

import dev.rework.Instances;
import dev.rework.InvalidInput;
import dev.rework.Moment;
import dev.rework.Problem;
import dev.rework.TaskContext;
import dev.rework.internal.RegistrationIndex.Entry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.jspecify.annotations.Nullable;

/**
 * Calls operations: finds class and method on first use, decodes the input, keeps one instance per class. For one
 * thread at a time. Loads Jackson only when a method takes or gives a value.
 */
public final class Invocation implements AutoCloseable {
    private static final Map<String, Class<?>> PRIMITIVES = Map.of(
            "boolean", boolean.class,
            "byte", byte.class,
            "short", short.class,
            "int", int.class,
            "long", long.class,
            "float", float.class,
            "double", double.class,
            "char", char.class);

    private final ClassLoader loader;
    private final Map<Entry, Bound> bound = new HashMap<>();
    private final Map<Class<?>, Object> instances = new HashMap<>();
    private @Nullable Instances container;
    private boolean containerSought;

    /** Classes come from this loader; nothing is loaded yet. */
    public Invocation(ClassLoader loader) {
        this.loader = loader;
    }

    /** An operation's method, and what its values must look like: read when there is a value, since that needs Jackson. */
    private static final class Bound {
        private final Entry entry;
        private final Method method;
        private @Nullable InputSchema inputs;
        private @Nullable InputSchema outputs;
        private @Nullable Boolean momentous;

        Bound(Entry entry, Method method) {
            this.entry = entry;
            this.method = method;
        }

        boolean mayHaveMoments() {
            Boolean known = momentous;
            if (known == null) {
                InputSchema schema = inputs();
                known = schema != null && schema.mayHaveMoments();
                momentous = known;
            }
            return known;
        }

        Method method() {
            return method;
        }

        @Nullable
        InputSchema inputs() {
            if (inputs == null && entry.inputs() != null) {
                inputs = InputSchema.parse(entry.inputs());
            }
            return inputs;
        }

        @Nullable
        InputSchema outputs() {
            if (outputs == null && entry.outputs() != null) {
                outputs = InputSchema.parse(entry.outputs());
            }
            return outputs;
        }
    }

    /**
     * Runs one task to its end.
     *
     * @param json the task's input, if it has one
     * @param raw the task's raw input, if it has one; given to a method that takes {@code byte[]}
     * @param start what moments refer to
     * @return the JSON text of what the method returned, null when it returns nothing
     * @throws Throwable what the method threw, itself; {@code InvalidInput} when input or output do not fit; {@code
     *     IllegalStateException} when class or method are not there
     */
    public @Nullable String call(
            Entry entry, @Nullable String json, byte @Nullable [] raw, TaskStart start, TaskContext task)
            throws Throwable {
        Bound operation = bound.get(entry);
        if (operation == null) {
            operation = bind(entry);
            bound.put(entry, operation);
        }
        Method method = operation.method();
        Object instance = Modifier.isStatic(method.getModifiers()) ? null : instance(method.getDeclaringClass());
        Object[] arguments = new Object[method.getParameterCount()];
        for (int i = 0; i < arguments.length; i++) {
            if (method.getParameterTypes()[i] == TaskContext.class) {
                arguments[i] = task;
            } else {
                Type type = method.getGenericParameterTypes()[i];
                arguments[i] = raw != null ? raw(entry, type, raw) : input(entry, operation, type, json, start);
            }
        }
        InputSchema nothing = json != null && arguments.length == 0 ? operation.inputs() : null;
        if (nothing != null) {
            accepted(entry, nothing, json);
        }
        Object result;
        try {
            result = method.invoke(instance, arguments);
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        }
        return method.getReturnType() == void.class || method.getReturnType() == Void.class
                ? null
                : output(entry, operation, result);
    }

    private Bound bind(Entry entry) {
        String what = entry.className() + "." + entry.methodName() + " of operation `" + entry.name() + "`";
        try {
            Class<?> owner = Class.forName(entry.className(), true, loader);
            Class<?>[] parameters = new Class<?>[entry.parameters().size()];
            for (int i = 0; i < parameters.length; i++) {
                String type = entry.parameters().get(i);
                Class<?> primitive = PRIMITIVES.get(type);
                parameters[i] = primitive != null ? primitive : Class.forName(type, false, loader);
            }
            return new Bound(entry, owner.getMethod(entry.methodName(), parameters));
        } catch (ClassNotFoundException e) {
            throw new IllegalStateException(
                    "no class " + e.getMessage() + " for " + what + " in " + entry.path() + ": register it again", e);
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("no method " + what + " in " + entry.path() + ": register it again", e);
        }
    }

    private static byte[] raw(Entry entry, Type type, byte[] raw) {
        if (type == byte[].class) {
            return raw;
        }
        throw new InvalidInput(entry.name(), List.of(new Problem("", "raw bytes were given where JSON is taken")));
    }

    private static @Nullable Object input(
            Entry entry, Bound operation, Type type, @Nullable String json, TaskStart start) throws Exception {
        InputSchema schema = operation.inputs();
        if (schema == null && json == null) {
            return null;
        }
        String text = schema == null ? json : accepted(entry, schema, json);
        Map<String, Moment> moments =
                schema == null || text == null || !operation.mayHaveMoments() ? Map.of() : moments(schema, text, start);
        try {
            return Codec.read(text == null ? "{}" : text, type, start.now(), moments);
        } catch (InvalidInput e) {
            throw named(entry, e);
        }
    }

    /** By their texts: of one input, all refer to the same start. */
    private static Map<String, Moment> moments(InputSchema schema, String text, TaskStart start) throws Exception {
        Map<String, Moment> moments = schema.moments(text);
        moments.replaceAll((path, moment) -> moment.evaluated(start.now()));
        Map<String, Moment> known = new HashMap<>();
        if (!moments.isEmpty()) {
            start.keep(moments).values().forEach(moment -> known.put(moment.expression(), moment));
        }
        return known;
    }

    private static @Nullable String accepted(Entry entry, InputSchema schema, @Nullable String json) {
        try {
            return schema.accept(json);
        } catch (InvalidInput e) {
            throw named(entry, e);
        }
    }

    private static InvalidInput named(Entry entry, InvalidInput invalid) {
        InvalidInput named = new InvalidInput(entry.name(), invalid.problems());
        named.initCause(invalid);
        return named;
    }

    private static String output(Entry entry, Bound operation, @Nullable Object result) {
        String json = Codec.write(result);
        InputSchema schema = operation.outputs();
        if (schema != null && result != null) {
            List<Problem> problems = schema.check(Codec.parse(json), "output");
            if (!problems.isEmpty()) {
                throw new InvalidInput(entry.name(), problems);
            }
        }
        return json;
    }

    private Object instance(Class<?> owner) throws Throwable {
        Object known = instances.get(owner);
        if (known != null) {
            return known;
        }
        if (!containerSought) {
            container = ServiceLoader.load(Instances.class, loader).findFirst().orElse(null);
            containerSought = true;
        }
        Object made;
        try {
            made = container != null
                    ? container.get(owner)
                    : owner.getConstructor().newInstance();
        } catch (InvocationTargetException e) {
            throw e.getCause() == null ? e : e.getCause();
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(owner.getName() + " has no public no-argument constructor", e);
        }
        if (made == null) {
            throw new IllegalStateException("the service dev.rework.Instances gave no " + owner.getName());
        }
        instances.put(owner, made);
        return made;
    }

    /** Lets go of the instances. */
    @Override
    public void close() {
        if (container != null) {
            container.close();
        }
    }
}
