package dev.rework;

import java.lang.reflect.Type;
import java.util.Objects;

/**
 * A reference to an operation that knows its types, to keep in a constant:
 * {@code OperationRef.of("images", "resize", Resize.class, Resized.class)}.
 */
@SuppressWarnings("UnusedTypeParameter") // they are for the compiler, where the reference is used
public record OperationRef<I, O>(String domain, String name, Type input, Type output) {

    public OperationRef {
        Objects.requireNonNull(domain, "domain");
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(input, "input");
        Objects.requireNonNull(output, "output");
    }

    /** A reference by classes. */
    public static <I, O> OperationRef<I, O> of(String domain, String name, Class<I> input, Class<O> output) {
        return new OperationRef<>(domain, name, input, output);
    }

    /** A reference whose output is generic. */
    public static <I, O> OperationRef<I, O> of(String domain, String name, Class<I> input, TypeRef<O> output) {
        return new OperationRef<>(domain, name, input, output.type());
    }

    /** A reference whose input and output are generic. */
    public static <I, O> OperationRef<I, O> of(String domain, String name, TypeRef<I> input, TypeRef<O> output) {
        return new OperationRef<>(domain, name, input.type(), output.type());
    }
}
