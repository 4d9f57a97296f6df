package dev.rework;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Makes a public method an operation that workers run. The method is static, or an instance method of a public class
 * (one instance per worker, from {@link Instances}). It takes at most one input and at most one {@link TaskContext}, in
 * any order; what it returns is the task's output. Wrong declarations are refused when they are registered.
 */
@Documented
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
public @interface Operation {
    /** Its name, unique within its domain; the method's name when empty. */
    String name() default "";

    /** The label that ties operations, tasks and workers together. */
    String domain() default "default";

    /** What it does, in a sentence for people. */
    String description() default "";

    /** How long one attempt may run, as an ISO 8601 duration such as {@code PT3M}; without limit when empty. */
    String timeout() default "";

    /** How long an aborted attempt may take to end by itself after its interrupt, before it is killed: ISO 8601. */
    String grace() default "";

    /** How often a task may run again after an error or a timeout. */
    int retries() default 0;

    /** What follows a crash, a memory kill or the loss of the host. */
    OnCrash onCrash() default OnCrash.FAIL;

    /** The delay before the first retry, doubled for each further one, with jitter: ISO 8601. */
    String backoff() default "PT1S";

    /** The longest delay between retries: ISO 8601. */
    String maxBackoff() default "PT1H";

    /** Of two queued tasks the one with the higher priority runs first. A task may be given its own. */
    int priority() default 0;

    /**
     * A rule by which monitors run it without input: 5 cron fields, or 6 with seconds first. One plan per operation,
     * whatever the number of hosts; it follows the code at every registration. Empty: none.
     */
    String cron() default "";

    /** The zone whose wall clock {@link #cron} reads. */
    String zone() default "UTC";

    /** What becomes of instants of {@link #cron} at which no monitor was there. */
    Missed missed() default Missed.SKIP;

    /** How many missed or waiting instants are kept at most. */
    int missedMax() default 100;

    /** What becomes of an instant of {@link #cron} while the previous task has not ended. */
    Overlap overlap() default Overlap.ALLOW;

    /** Each task of {@link #cron} starts up to this much after its instant, at random: ISO 8601; none when empty. */
    String jitter() default "";
}
