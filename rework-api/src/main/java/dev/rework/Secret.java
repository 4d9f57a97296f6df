package dev.rework;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * An input's component that only the running operation may see: {@code record Login(String user, @Secret String
 * password)}. It is stored encrypted, with a key that is not in the database; shown as {@code ***} by every command; and
 * taken out of the lines, errors, progress and output of the task that was given it. Scheduling without a key throws
 * {@link SecretKeyMissing} and makes no row.
 *
 * <p>For components of records, of any type, at any depth of the input; not for outputs, and not beside
 * {@link Default}.
 */
@Documented
@Target({ElementType.RECORD_COMPONENT, ElementType.PARAMETER, ElementType.FIELD, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
public @interface Secret {}
