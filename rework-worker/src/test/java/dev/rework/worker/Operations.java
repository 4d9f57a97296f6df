package dev.rework.worker;

import dev.rework.TaskContext;

/** What test workers run. */
public final class Operations {
    private Operations() {}

    public static void nothing() {}

    public static Object echo(Object input) {
        return input;
    }

    public static void hello() {
        System.out.println("I am running");
        System.err.println("and this is an error");
    }

    public static void fail() {
        throw new IllegalStateException("oops");
    }

    public static void sleep(int millis) throws InterruptedException {
        Thread.sleep(millis);
    }

    public static void spin(TaskContext task) {
        System.out.println("spinning");
        while (!task.isAborting()) {
            Thread.onSpinWait();
        }
    }

    public static void exit(int code) {
        System.out.println("last words");
        System.out.print("without end");
        System.exit(code);
    }
}
