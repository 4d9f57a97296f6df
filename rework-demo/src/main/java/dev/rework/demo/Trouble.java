package dev.rework.demo;

import dev.rework.Operation;
import dev.rework.TaskContext;

/** Tasks that do not end by themselves. */
public final class Trouble {
    private Trouble() {}

    /** Computes for ever, and hears no interrupt: only the end of its process stops it. */
    @Operation(domain = "demo", timeout = "PT2S", description = "Loops for ever, deaf to interrupts; may run 2 s")
    public static long loop_for_ever() {
        System.out.println("looping, and not listening to anybody");
        long rounds = 0;
        while (rounds >= 0) {
            rounds = (rounds + 1) & Long.MAX_VALUE;
        }
        return rounds;
    }

    /** Counts until somebody aborts it. */
    @Operation(domain = "demo", description = "Counts sheep until somebody aborts it")
    public static void count_sheep(TaskContext task) throws InterruptedException {
        for (int i = 1; i <= 10_000; i++) {
            System.out.println("sheep " + i);
            task.progress(i, 10_000, "sheep");
            Thread.sleep(500);
        }
    }
}
