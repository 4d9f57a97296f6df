package dev.rework.monitor;

import dev.rework.OnCrash;
import dev.rework.Operation;
import dev.rework.Rework;
import dev.rework.TaskContext;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What tests have workers do, of every bad kind. */
public final class Deeds {
    private Deeds() {}

    private static volatile long sink;

    @Operation(domain = "deeds")
    public static String noop() {
        return "ok";
    }

    @Operation(domain = "deeds")
    public static String say(String text) {
        System.out.println(text);
        return text;
    }

    /** Runs until a file is there; says that it runs by making another. */
    @Operation(domain = "deeds")
    public static String untilThere(String file) throws IOException {
        Files.writeString(Path.of(file + ".runs"), "" + ProcessHandle.current().pid());
        while (!Files.exists(Path.of(file))) {
            LockSupport.parkNanos(5_000_000);
        }
        return "saw it";
    }

    /** The same for one that may run again. */
    @Operation(domain = "deeds", retries = 2, onCrash = OnCrash.RETRY, backoff = "PT0.1S")
    public static String again(String file, TaskContext task) throws IOException {
        Files.writeString(
                Path.of(file + ".runs" + task.attempt()),
                "" + ProcessHandle.current().pid());
        while (task.attempt() == 1) {
            LockSupport.parkNanos(5_000_000);
        }
        return "attempt " + task.attempt();
    }

    @Operation(domain = "deeds")
    public static void exit(int code) {
        System.out.println("last words");
        System.exit(code);
    }

    @Operation(domain = "deeds")
    public static void halt(int code) {
        System.out.println("last words");
        Runtime.getRuntime().halt(code);
    }

    @Operation(domain = "deeds")
    public static void eatHeap() {
        System.out.println("last words");
        List<byte[]> all = new ArrayList<>();
        while (true) {
            all.add(new byte[1 << 20]);
        }
    }

    @Operation(domain = "deeds")
    public static int eatSome(int mb) throws InterruptedException {
        List<byte[]> all = new ArrayList<>();
        for (int i = 0; i < mb; i++) {
            byte[] some = new byte[1 << 20];
            java.util.Arrays.fill(some, (byte) i);
            all.add(some);
        }
        TimeUnit.SECONDS.sleep(60);
        return all.size();
    }

    @Operation(domain = "deeds")
    public static void signal(String name) throws Exception {
        for (int i = 1; i <= 100; i++) {
            System.out.println("line " + i);
        }
        new ProcessBuilder(
                        "sh",
                        "-c",
                        "kill -" + name + " " + ProcessHandle.current().pid())
                .start()
                .waitFor();
        TimeUnit.SECONDS.sleep(60);
    }

    @Operation(domain = "deeds")
    public static void deaf(String file) throws IOException {
        Files.writeString(Path.of(file + ".runs"), "" + ProcessHandle.current().pid());
        spin();
    }

    @Operation(domain = "deeds", timeout = "PT1S")
    public static void tooLong() {
        spin();
    }

    private static void spin() {
        while (true) {
            sink = sink * 31 + System.nanoTime();
        }
    }

    @Operation(domain = "deeds", timeout = "PT1S")
    public static void halfASecond() {
        lasts(500);
    }

    /** Deaf to interrupts, and over soon. */
    @Operation(domain = "deeds")
    public static void lasts(int millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() - end < 0) {
            LockSupport.parkNanos(100_000);
            Thread.interrupted();
        }
    }

    @Operation(domain = "deeds", timeout = "PT3S", retries = 1, backoff = "PT0.05S")
    public static String secondTimeLucky(TaskContext task) {
        if (task.attempt() == 1) {
            spin();
        }
        return "attempt " + task.attempt();
    }

    @Operation(domain = "deeds", grace = "PT20S")
    public static String polite(String file) throws IOException {
        Files.writeString(Path.of(file + ".runs"), "yes");
        try {
            TimeUnit.SECONDS.sleep(60);
        } catch (InterruptedException e) {
            Files.writeString(Path.of(file + ".cleaned"), "");
        }
        return "cleaned up";
    }

    /** Four ways to leave a process behind. */
    @Operation(domain = "deeds")
    public static void fork(String file) throws Exception {
        String script = "sleep 300 & (sh -c 'sleep 300 & wait' &) ; setsid sleep 300 & "
                + "(setsid sh -c 'sleep 300 & wait' &) ; echo forked";
        new ProcessBuilder("sh", "-c", script).inheritIO().start().waitFor();
        Files.writeString(Path.of(file + ".runs"), System.getenv("REWORK_WORKER_TAG"));
        spin();
    }

    @Operation(domain = "deeds")
    public static void chatter(int lines) {
        for (int i = 1; i <= lines; i++) {
            System.out.println("line " + i);
        }
    }

    @Operation(domain = "deeds")
    public static void shell(String script) throws Exception {
        new ProcessBuilder("sh", "-c", script).inheritIO().start().waitFor();
    }

    @Operation(domain = "deeds")
    public static String environment(String name) {
        return System.getenv(name);
    }

    /** Prints before and after a file is there, itself and by a child; the child's exit code. */
    @Operation(domain = "deeds")
    public static int printsAfter(String file) throws Exception {
        System.out.println("before");
        untilThere(file);
        for (int i = 1; i <= 1001; i++) {
            System.out.println("own " + i);
        }
        String script = "for i in $(seq 1 1000); do echo child $i; done";
        return new ProcessBuilder("sh", "-c", script).inheritIO().start().waitFor();
    }

    /** Counts aloud until a file is there; how far it came. */
    @Operation(domain = "deeds")
    public static int countsAloud(String file) {
        int i = 0;
        while (!Files.exists(Path.of(file))) {
            System.out.println(++i);
            LockSupport.parkNanos(1_000_000);
        }
        return i;
    }

    /** Ends once its child, whose parent is gone, holds 150 MiB. */
    @Operation(domain = "deeds")
    public static void leavesBehind(String file) throws Exception {
        child("(" + EAT + "; touch '" + file + "'; sleep 300; :) &");
        while (!Files.exists(Path.of(file))) {
            LockSupport.parkNanos(5_000_000);
        }
    }

    /** Its child holds 150 MiB until a file is there, and then works for more than a second. */
    @Operation(domain = "deeds")
    public static void childEats(String file) throws Exception {
        child(EAT + "; while [ ! -e '" + file + "' ]; do sleep 0.05; done; " + BURN);
    }

    private static final String EAT = "x=$(head -c 157286400 /dev/zero | tr '\\0' x)";
    private static final String BURN = "while :; do i=0; while [ $i -lt 20000 ]; do i=$((i+1)); done;"
            + " read -r a b c d e f g h i j k l m ticks rest < /proc/self/stat; [ $ticks -ge 120 ] && break; done";

    private static void child(String script) throws Exception {
        new ProcessBuilder("sh", "-c", script)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
    }

    @Operation(domain = "deeds")
    public static String jvm(String property) {
        return (Runtime.getRuntime().maxMemory() >> 20) + " " + System.getProperty(property);
    }

    /** Notes that it ran. */
    @Operation(domain = "deeds")
    public static void note(String file) throws IOException {
        Files.writeString(Path.of(file), "x", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    /** Is still at it when a kill comes that was meant for the one before it. */
    @Operation(domain = "deeds")
    public static void noteAtLength(String file) throws IOException {
        note(file);
        lasts(40);
    }

    @Operation(domain = "deeds")
    public static String child(TaskContext task) {
        Rework rework = task.rework();
        return "child said "
                + rework.task("noop").domain("deeds").schedule().join().output(String.class);
    }

    /** Joins a child that joins a child, and so on. */
    @Operation(domain = "deeds")
    public static String depth(int more, TaskContext task) {
        return more == 0
                ? "bottom"
                : task.rework()
                        .task("depth")
                        .domain("deeds")
                        .input(more - 1)
                        .schedule()
                        .join()
                        .output(String.class);
    }

    @Operation(domain = "deeds")
    public static String joinsSlow(String file, TaskContext task) {
        return task.rework()
                .task("untilThere")
                .domain("deeds")
                .input(file)
                .schedule()
                .join()
                .output(String.class);
    }

    /** Runs until a file is there, in a process that takes a while to end, and says so in another file when it does. */
    @Operation(domain = "deeds")
    public static String leavesSlowly(String file) throws IOException {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            System.out.println("leaving");
            long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
            while (System.nanoTime() < end) {
                LockSupport.parkNanos(5_000_000);
            }
            try {
                Files.writeString(Path.of(file + ".left"), "");
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }));
        return untilThere(file);
    }

    /** Asks for futures of three children, and waits for them in one of the ways there are. */
    @Operation(domain = "deeds")
    public static String futures(String way, TaskContext task) throws Exception {
        List<CompletableFuture<String>> futures = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            futures.add(task.rework()
                    .task("noop")
                    .domain("deeds")
                    .output(String.class)
                    .schedule()
                    .future());
        }
        switch (way) {
            case "get" -> futures.get(0).get();
            case "all" ->
                CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new))
                        .join();
            default -> {
                while (!futures.get(2).isDone()) {
                    Thread.sleep(5);
                }
            }
        }
        return way + futures.get(2).join();
    }

    /** Waits for the future of a child that does so, and so on. */
    @Operation(domain = "deeds")
    public static String futureDepth(int more, TaskContext task) throws Exception {
        return more == 0
                ? "bottom"
                : task.rework()
                        .task("futureDepth")
                        .domain("deeds")
                        .input(more - 1)
                        .output(String.class)
                        .schedule()
                        .future()
                        .get();
    }

    /** Joins a child that joins its parent. */
    @Operation(domain = "deeds")
    public static String circle(TaskContext task) {
        Rework rework = task.rework();
        Long parent = rework.find(task.id()).orElseThrow().snapshot().parent();
        return parent == null
                ? rework.task("circle").domain("deeds").schedule().join().output(String.class)
                : rework.find(parent).orElseThrow().join().output(String.class);
    }

    @Operation(domain = "deeds")
    public static void joinsItself(TaskContext task) {
        task.rework().find(task.id()).orElseThrow().join();
    }

    static Path classes() {
        return new File(Deeds.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .getPath())
                .toPath();
    }
}
