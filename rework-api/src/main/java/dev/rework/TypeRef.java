package dev.rework;

import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;

/** A generic type that survives compilation: {@code new TypeRef<List<Resized>>() {}}. */
public abstract class TypeRef<T> {
    private final Type type;

    /** To be called from an anonymous subclass that names the type. */
    protected TypeRef() {
        if (!(getClass().getGenericSuperclass() instanceof ParameterizedType named)) {
            throw new IllegalStateException("write the type: new TypeRef<List<String>>() {}");
        }
        this.type = named.getActualTypeArguments()[0];
    }

    /** The type that was named. */
    public final Type type() {
        return type;
    }
}
