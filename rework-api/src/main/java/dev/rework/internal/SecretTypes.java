package dev.rework.internal;

import dev.rework.Secret;
import java.lang.reflect.RecordComponent;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Whether a caller's record says that a component is secret: its registered operation should know that too. */
public final class SecretTypes {
    private static final ClassValue<Boolean> KNOWN = new ClassValue<>() {
        @Override
        protected Boolean computeValue(Class<?> type) {
            return isIn(type, new HashSet<>());
        }
    };

    private SecretTypes() {}

    /** Of the records it is made of; lists and maps are not looked into. */
    public static boolean isIn(@Nullable Object value) {
        return value != null && KNOWN.get(value.getClass());
    }

    private static boolean isIn(Class<?> type, Set<Class<?>> seen) {
        if (!type.isRecord() || !seen.add(type)) {
            return false;
        }
        for (RecordComponent component : type.getRecordComponents()) {
            if (component.isAnnotationPresent(Secret.class) || isIn(component.getType(), seen)) {
                return true;
            }
        }
        return false;
    }
}
