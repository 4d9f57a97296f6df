package dev.rework.ancestor;

import dev.rework.Choices;
import dev.rework.Default;
import dev.rework.Operation;
import dev.rework.Rework;
import dev.rework.TaskContext;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** The operations that the Python rework's own tests use, and a few more. */
public final class AncestorOperations {

    private static final int PAUSE_NANOS = 5_000_000;
    private static final List<byte[]> LEAKED = new ArrayList<>();

    private AncestorOperations() {}

    @Operation
    public static void basic() {
        System.out.println("running basic");
    }

    @Operation
    public static Object print_sleep_and_go_away(TaskContext task) {
        System.out.println("Hello, world");
        Object given = task.input(Object.class);
        System.out.println("I am going");
        System.out.println("away");
        return given instanceof Number n ? (Object) (n.intValue() * 2) : "" + given + given;
    }

    @Operation(domain = "nondefault")
    public static String run_in_non_default_domain() {
        return "done";
    }

    @Operation
    public static void raw_input(TaskContext task) {
        byte[] raw = task.rawInput();
        String text = raw == null ? "nobody" : new String(raw, StandardCharsets.UTF_8);
        task.saveRawOutput((text + " and Celeste").getBytes(StandardCharsets.UTF_8));
    }

    @Operation
    public static void typed_input(TaskContext task) {
        task.input(String.class);
    }

    /** What a launcher of old would have filled in. */
    public record Order(
            String name,
            @Default("3") int count,
            @Default("red") @Choices({"red", "blue"}) String colour) {}

    @Operation
    public static String inputs_with_defaults(Order order) {
        return order.count() + " " + order.colour() + " " + order.name();
    }

    /** Deaf to interrupts; busy when asked to be. */
    @Operation
    public static void infinite_loop(TaskContext task) {
        boolean busy = Boolean.TRUE.equals(task.input(Object.class));
        while (busy) {
            Thread.onSpinWait();
        }
        spin();
    }

    @Operation
    public static void allocate_and_leak_mbytes(int megabytes) {
        for (int i = 0; i < megabytes; i++) {
            byte[] leaked = new byte[1 << 20];
            Arrays.fill(leaked, (byte) 1);
            LEAKED.add(leaked);
        }
    }

    @Operation
    public static void wait_for(String file) {
        while (!Files.exists(Path.of(file))) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    @Operation(timeout = "PT1S")
    public static void infinite_loop_timeout() {
        spin();
    }

    @Operation(timeout = "PT1H")
    public static void infinite_loop_long_timeout() {
        spin();
    }

    @Operation(timeout = "P61DT12H45M30S")
    public static String long_timeout() {
        return "in time";
    }

    @Operation(grace = "PT1H")
    public static void never_ready() {
        spin();
    }

    /** Says something and goes on. */
    @Operation
    public static void print_and_go_on() {
        System.out.print("said at once\n");
        spin();
    }

    private static void spin() {
        while (true) {
            LockSupport.parkNanos(PAUSE_NANOS);
            Thread.interrupted();
        }
    }

    @Operation
    public static void unstopable_death() {
        Runtime.getRuntime().halt(0);
    }

    @Operation
    public static void normal_exception() {
        throw new IllegalArgumentException("oops in the ancestor's way");
    }

    /** Two of them meet in a folder, and each prints three lines while the other is there. */
    @Operation
    public static void capture_logs(String folder, TaskContext task) throws IOException {
        System.out.println("one of " + task.id());
        Files.writeString(Path.of(folder, "task" + task.id()), "");
        while (count(folder) < 2) {
            LockSupport.parkNanos(PAUSE_NANOS);
        }
        System.err.println("two of " + task.id());
        System.out.println("three of " + task.id());
    }

    private static long count(String folder) throws IOException {
        try (Stream<Path> files = Files.list(Path.of(folder))) {
            return files.count();
        }
    }

    @Operation
    public static void log_swarm() {
        // Our own logback-test.xml, which these workers see, drops what is below WARN.
        System.Logger logger = System.getLogger("swarm");
        for (int i = 1; i < 250; i++) {
            logger.log(System.Logger.Level.WARNING, "I will fill your disk with {0}", i);
        }
    }

    @Operation
    public static int stderr_swarm() {
        System.err.print("X".repeat(8192));
        return 42;
    }

    @Operation(name = "foo", domain = "test")
    public static String foo_of_test() {
        return "test";
    }

    @Operation(name = "foo", domain = "production")
    public static String foo_of_production() {
        return "production";
    }

    /** Schedules a child with its own client, joins it and saves an output of its own. */
    @Operation
    public static void parent(TaskContext task) {
        Rework rework = task.rework();
        String child = rework.schedule("inputs_with_defaults", new Order("apples", 2, "blue"), String.class)
                .join()
                .output();
        task.saveOutput("the child said: " + child);
    }
}
