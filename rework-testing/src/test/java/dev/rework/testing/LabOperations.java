package dev.rework.testing;

import dev.rework.Operation;
import java.util.ArrayList;
import java.util.List;

/** Operations of these tests. */
public final class LabOperations {

    static Thread ranIn;
    static final List<String> order = new ArrayList<>();

    private LabOperations() {}

    @Operation
    public static int twice(int number) {
        ranIn = Thread.currentThread();
        return 2 * number;
    }

    @Operation
    public static void remember(String word) {
        order.add(word);
    }

    @Operation
    public static void oops() {
        throw new IllegalStateException("oops");
    }

    @Operation(timeout = "PT1S")
    public static void deaf() {
        long turns = 0;
        while (turns >= 0) {
            turns++;
        }
    }
}
