package dev.rework.testing;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test class of operations. It gets a database of its own on a real Postgres ({@code REWORK_TEST_DB}, else an embedded
 * one), made before the first test and dropped after the last, with the operations of {@link #operations} registered; its
 * methods and constructor may take a {@link dev.rework.Rework}, a {@link TestMonitor}, an {@link InThread}, a {@link
 * TestClock}, or the {@link ReworkLab} that holds them all.
 */
@Documented
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(ReworkExtension.class)
public @interface ReworkTest {

    /** Classes with operations; every operation in the same jar or folder of classes is registered. */
    Class<?>[] operations() default {};

    /** The domain that the monitor and the thread serve. */
    String domain() default "default";
}
