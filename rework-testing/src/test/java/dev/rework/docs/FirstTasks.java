package dev.rework.docs;

import dev.rework.Default;
import dev.rework.Operation;
import dev.rework.TaskContext;

/** The operations of README and guide. */
public class FirstTasks {

    // begin ancestor
    @Operation
    public static void my_first_task(TaskContext task) {
        System.out.println("I am running");
        Object given = task.input(Object.class);
        task.saveOutput(given instanceof Number n ? (Object) (n.intValue() * 2) : given + "" + given);
        System.out.println("I am done");
    }
    // end ancestor

    // begin typed
    public record Resize(
            String image, int width, @Default("80") int quality) {}

    public record Resized(String image, long bytes) {}

    @Operation(domain = "images", timeout = "PT3M", description = "Shrinks one image")
    public static Resized resize(Resize input, TaskContext task) {
        task.progress(1, 1, "resized to " + input.width());
        return new Resized(input.image(), input.width() * (long) input.quality());
    }
    // end typed
}
