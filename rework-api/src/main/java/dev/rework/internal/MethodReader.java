package dev.rework.internal;

import dev.rework.InvalidInput;
import dev.rework.Missed;
import dev.rework.OnCrash;
import dev.rework.Operation;
import dev.rework.Overlap;
import dev.rework.TaskContext;
import dev.rework.internal.Declared.Retry;
import dev.rework.internal.RegistrationIndex.Entry;
import dev.rework.internal.db.PlanPolicy;
import dev.rework.internal.db.PlanStore;
import io.github.classgraph.AnnotationEnumValue;
import io.github.classgraph.AnnotationInfo;
import io.github.classgraph.ArrayTypeSignature;
import io.github.classgraph.BaseTypeSignature;
import io.github.classgraph.ClassInfo;
import io.github.classgraph.ClassRefTypeSignature;
import io.github.classgraph.MethodInfo;
import io.github.classgraph.MethodParameterInfo;
import io.github.classgraph.TypeSignature;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneId;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one annotated method: an operation, or what is wrong with it. */
final class MethodReader {
    private static final String CONTEXT = TaskContext.class.getName();
    private static final int LONGEST_NAME = 200;
    private static final Set<String> PROMISES = Set.of(
            "java.util.concurrent.Future",
            "java.util.concurrent.CompletableFuture",
            "java.util.concurrent.CompletionStage",
            "java.util.stream.Stream");

    private final MethodInfo method;
    private final ClassInfo owner;
    private final AnnotationInfo annotation;
    private final String path;
    private final boolean container;
    private final List<String> found;
    private final List<String> problems = new ArrayList<>();

    MethodReader(MethodInfo method, String path, boolean container, List<String> found) {
        this.method = method;
        this.owner = method.getClassInfo();
        this.annotation = method.getAnnotationInfo(Operation.class.getName());
        this.path = path;
        this.container = container;
        this.found = found;
    }

    /** The operation, or null when something is wrong, which is then told with class and line. */
    @Nullable
    Declared read() {
        checkPlace();
        List<TypeSignature> inputs = inputs();
        String input = inputs.size() == 1 ? SignatureShapes.schema(inputs.get(0), false, problems) : nothing();
        Entry entry = new Entry(name(), owner.getName(), method.getName(), parameters(), input, output(), path);
        Retry retry = retry();
        Duration timeout = duration("timeout");
        if (timeout != null && timeout.isZero()) {
            problems.add("timeout is zero: leave it out for none");
        }
        Duration grace = duration("grace");
        Declared declared = new Declared(
                entry,
                named("domain", text("domain")),
                PlainText.clean(text("description")),
                timeout,
                grace == null ? Duration.ZERO : grace,
                retry,
                number("priority"),
                plan(input));
        String where = owner.getName() + "." + method.getName() + " (" + line() + "): ";
        problems.forEach(problem -> found.add(where + problem));
        return problems.isEmpty() ? declared : null;
    }

    /** Without a parameter it takes nothing; with the context alone, the ancestor's style, anything. */
    private @Nullable String nothing() {
        return method.getParameterInfo().length == 0
                ? new InputSchema(new Shape.Parts(List.of()), Map.of()).toJson()
                : null;
    }

    private String line() {
        String file = owner.getSourceFile() == null ? owner.getSimpleName() + ".java" : owner.getSourceFile();
        return method.getMinLineNum() > 0 ? file + ":" + method.getMinLineNum() : file;
    }

    private void checkPlace() {
        if (!method.isPublic()) {
            problems.add("the method is not public");
        }
        if (!owner.isPublic()) {
            problems.add("its class is not public");
        }
        if (method.isAbstract()) {
            problems.add("the method is abstract: annotate the one that does the work");
        } else if (!method.isStatic()) {
            checkInstance();
        }
        if (method.getTypeSignature() != null
                && !method.getTypeSignature().getTypeParameters().isEmpty()) {
            problems.add("a generic method cannot be an operation");
        }
    }

    private void checkInstance() {
        if (owner.isInterface()) {
            problems.add("a default method of an interface cannot be an operation: make it static");
        } else if (owner.isAbstract()) {
            problems.add("its class is abstract: make the method static or the class concrete");
        } else if (!container && !hasConstructor()) {
            problems.add("not static, and its class has no public no-argument constructor (nor is there a service"
                    + " dev.rework.Instances): make it static or add one");
        }
    }

    private boolean hasConstructor() {
        return owner.getDeclaredConstructorInfo().stream()
                .anyMatch(constructor -> constructor.isPublic() && constructor.getParameterInfo().length == 0);
    }

    private List<TypeSignature> inputs() {
        List<TypeSignature> inputs = new ArrayList<>();
        int contexts = 0;
        for (MethodParameterInfo parameter : method.getParameterInfo()) {
            if (binaryName(parameter.getTypeDescriptor()).equals(CONTEXT)) {
                contexts++;
            } else {
                inputs.add(parameter.getTypeSignatureOrTypeDescriptor());
            }
        }
        if (inputs.size() > 1) {
            problems.add("takes " + inputs.size() + " inputs: at most one, so put them into a record");
        }
        if (contexts > 1) {
            problems.add("takes the TaskContext more than once");
        }
        return inputs;
    }

    private List<String> parameters() {
        return Arrays.stream(method.getParameterInfo())
                .map(parameter -> binaryName(parameter.getTypeDescriptor()))
                .toList();
    }

    /** As {@code Class.getName} writes it. */
    private static String binaryName(TypeSignature type) {
        if (type instanceof ClassRefTypeSignature reference) {
            return reference.getFullyQualifiedClassName();
        }
        if (type instanceof ArrayTypeSignature array) {
            return array.getTypeSignatureStr().replace('/', '.');
        }
        return type instanceof BaseTypeSignature base ? base.getTypeStr() : type.toString();
    }

    private @Nullable String output() {
        TypeSignature result = method.getTypeSignatureOrTypeDescriptor().getResultType();
        String type = binaryName(method.getTypeDescriptor().getResultType());
        if (PROMISES.contains(type)) {
            problems.add("returns a " + type + ": return the value itself");
        }
        if (type.equals("void") || type.equals("java.lang.Void")) {
            return null;
        }
        return SignatureShapes.schema(result, true, problems);
    }

    private String name() {
        String name = text("name");
        return named("name", name.isEmpty() ? method.getName() : name);
    }

    private String named(String what, String name) {
        if (name.isBlank() || name.length() > LONGEST_NAME || !name.equals(name.strip())) {
            problems.add(what + " `" + PlainText.shown(name, false) + "` is empty, longer than " + LONGEST_NAME
                    + " characters or padded");
        } else if (!PlainText.shown(name, false).equals(name)) {
            problems.add(what + " `" + PlainText.shown(name, false) + "` has control characters");
        }
        return name;
    }

    private Retry retry() {
        int retries = number("retries");
        OnCrash onCrash = value("onCrash") instanceof AnnotationEnumValue value
                ? OnCrash.valueOf(value.getValueName())
                : OnCrash.FAIL;
        if (retries < 0) {
            problems.add("retries is negative");
        }
        if (onCrash == OnCrash.RETRY && retries == 0) {
            problems.add("onCrash = RETRY with retries = 0: say how often");
        }
        Duration backoff = duration("backoff");
        Duration maxBackoff = duration("maxBackoff");
        Duration first = backoff == null ? Duration.ZERO : backoff;
        Duration last = maxBackoff == null ? first : maxBackoff;
        if (last.compareTo(first) < 0) {
            problems.add("maxBackoff " + last + " is shorter than backoff " + first);
        }
        return new Retry(retries, onCrash, first, last);
    }

    private PlanStore.@Nullable Declared plan(@Nullable String inputs) {
        String rule = text("cron");
        if (rule.isEmpty()) {
            return null;
        }
        try {
            ZoneId zone = ZoneId.of(text("zone"));
            CronRule.parse(rule, zone);
            InputSchema schema = InputSchema.parse(inputs);
            if (schema != null) {
                schema.accept(null);
            }
            Duration jitter = duration("jitter");
            PlanPolicy policy = new PlanPolicy(
                    Missed.valueOf(constant("missed")),
                    number("missedMax"),
                    Overlap.valueOf(constant("overlap")),
                    jitter == null ? Duration.ZERO : jitter);
            return new PlanStore.Declared(CronRule.normal(rule), zone, policy);
        } catch (InvalidInput e) {
            problems.add("cron runs it without input, which it does not take: " + e.getMessage());
        } catch (IllegalArgumentException | DateTimeException e) {
            problems.add("cron: " + e.getMessage());
        }
        return null;
    }

    private String constant(String member) {
        Object value = value(member);
        return value instanceof AnnotationEnumValue constant ? constant.getValueName() : String.valueOf(value);
    }

    private @Nullable Duration duration(String member) {
        String text = text(member);
        if (text.isEmpty()) {
            return null;
        }
        try {
            Duration duration = Duration.parse(text);
            if (!duration.isNegative() && duration.toMillis() >= 0) {
                return duration.truncatedTo(ChronoUnit.MILLIS);
            }
            problems.add(member + " `" + text + "` is negative");
        } catch (DateTimeParseException | ArithmeticException e) {
            problems.add(member + " `" + text + "` is not an ISO 8601 duration such as PT3M");
        }
        return null;
    }

    private String text(String member) {
        return String.valueOf(value(member));
    }

    private int number(String member) {
        return value(member) instanceof Integer number ? number : 0;
    }

    /** What the annotation says, or the default that its declaration gives. */
    private Object value(String member) {
        Object value = annotation.getParameterValues(false).getValue(member);
        if (value != null) {
            return value;
        }
        try {
            return Operation.class.getMethod(member).getDefaultValue();
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException(e);
        }
    }
}
