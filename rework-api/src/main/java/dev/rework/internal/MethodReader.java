package dev.rework.internal;

import dev.rework.InvalidInput;
import dev.rework.Operation;
import dev.rework.TaskContext;
import dev.rework.internal.RegistrationIndex.Entry;
import dev.rework.internal.db.PlanStore;
import io.github.classgraph.ArrayTypeSignature;
import io.github.classgraph.BaseTypeSignature;
import io.github.classgraph.ClassInfo;
import io.github.classgraph.ClassRefTypeSignature;
import io.github.classgraph.MethodInfo;
import io.github.classgraph.MethodParameterInfo;
import io.github.classgraph.TypeSignature;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads one annotated method: an operation, or what is wrong with it. */
final class MethodReader {
    private static final String CONTEXT = TaskContext.class.getName();
    private static final Set<String> PROMISES = Set.of(
            "java.util.concurrent.Future",
            "java.util.concurrent.CompletableFuture",
            "java.util.concurrent.CompletionStage",
            "java.util.stream.Stream");

    private final MethodInfo method;
    private final ClassInfo owner;
    private final Declaration declaration;
    private final String path;
    private final boolean container;
    private final List<String> found;
    private final List<String> problems = new ArrayList<>();

    MethodReader(MethodInfo method, String path, boolean container, List<String> found) {
        this.method = method;
        this.owner = method.getClassInfo();
        this.declaration = new Declaration(method.getAnnotationInfo(Operation.class.getName()), problems);
        this.path = path;
        this.container = container;
        this.found = found;
    }

    /** The operation as declared; what is wrong with it is told with class and line, and then it is of no use. */
    Declared read() {
        checkPlace();
        List<TypeSignature> inputs = inputs();
        String input = inputs.size() == 1 ? SignatureShapes.schema(inputs.get(0), false, problems) : nothing();
        Entry entry = new Entry(
                declaration.name(method.getName()),
                owner.getName(),
                method.getName(),
                parameters(),
                input,
                output(),
                path);
        Declared declared = new Declared(
                entry,
                declaration.domain(),
                declaration.description(),
                declaration.timeout(),
                declaration.grace(),
                declaration.retry(),
                declaration.priority(),
                plan(input));
        problems.forEach(problem -> found.add(where() + ": " + problem));
        return declared;
    }

    /** Class, method, file and line. */
    String where() {
        return owner.getName() + "." + method.getName() + " (" + line() + ")";
    }

    /** Without a parameter it takes nothing; with the context alone, the ancestor's style, anything. */
    private @Nullable String nothing() {
        return method.getParameterInfo().length == 0
                ? new InputSchema(new Shape.Parts(List.of()), Map.of()).toJson()
                : null;
    }

    private PlanStore.@Nullable Declared plan(@Nullable String inputs) {
        PlanStore.Declared plan = declaration.plan();
        InputSchema schema = plan == null || !problems.isEmpty() ? null : InputSchema.parse(inputs);
        if (schema != null) {
            try {
                schema.accept(null);
            } catch (InvalidInput e) {
                problems.add("cron runs it without input, which it does not take: "
                        + e.problems().get(0));
            }
        }
        return plan;
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
}
