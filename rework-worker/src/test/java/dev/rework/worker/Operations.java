package dev.rework.worker;

import dev.rework.Rework;
import dev.rework.Task;
import dev.rework.TaskContext;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** What test workers run. */
public final class Operations {
    private static final List<byte[]> LEAKED = new ArrayList<>();

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

    /** Fails once a file is there. */
    public static void failWhenThere(String file) {
        while (!Files.exists(Path.of(file))) {
            LockSupport.parkNanos(2_000_000);
        }
        fail();
    }

    public static void sleep(int millis) throws InterruptedException {
        System.out.println("sleeping");
        new CountDownLatch(1).await(millis, TimeUnit.MILLISECONDS);
    }

    public static void spin(TaskContext task) {
        System.out.println("spinning");
        while (!task.isAborting()) {
            Thread.onSpinWait();
        }
    }

    /** About a millisecond of work. */
    public static void brief(int number) {
        long end = System.nanoTime() + 1_000_000 + number % 3;
        while (System.nanoTime() < end) {
            Thread.onSpinWait();
        }
    }

    /** The third one is slow. */
    public static void slowThird(int number) throws InterruptedException {
        if (number == 3) {
            sleep(60_000);
        }
    }

    public static void exit(int code) {
        System.out.println("last words");
        System.out.print("without end");
        System.exit(code);
    }

    public static void halt(int code) {
        System.out.println("last words");
        Runtime.getRuntime().halt(code);
    }

    public static void memory() {
        System.out.println("filling");
        while (true) {
            LEAKED.add(new byte[10_000_000]);
        }
    }

    /** Keeps a little more each time. */
    public static void leak(int megabytes) {
        byte[] leaked = new byte[megabytes * 1024 * 1024];
        java.util.Arrays.fill(leaked, (byte) 1);
        LEAKED.add(leaked);
    }

    public static void partial() throws InterruptedException {
        System.out.print("Hello ");
        System.out.flush();
        System.out.println("World");
        System.out.print("long unfinished ");
        System.out.print("");
        System.out.print("statement\n");
        System.out.println("A truly multiline\nstatement.");
        System.out.println();
        System.out.println(" Honor the space. ");
        System.out.print("(hi) ");
    }

    public static void zoo() throws IOException {
        System.out.write(new byte[] {'a', 0, 'b', (byte) 0xff, (byte) 0xc3, '\n'});
        System.out.println("x".repeat(10_000) + "é");
        System.out.println("😀".repeat(3_000));
        System.out.print("windows\r\n");
        System.out.print("10%\r20%\r\n");
        System.out.println("\ud800 alone");
        System.out.println("\u0001rwabcdefghL0000");
        System.out.println("\u001b[31mred");
    }

    public static void flood(int lines) {
        for (int i = 1; i <= lines; i++) {
            System.out.println("line " + i);
        }
    }

    public static void longLine(int megabytes) {
        byte[] piece = "0123456789abcdef".repeat(65_536).getBytes(StandardCharsets.US_ASCII);
        for (int i = 0; i < megabytes; i++) {
            System.out.write(piece, 0, piece.length);
        }
        System.out.println();
    }

    public static void threads() throws InterruptedException {
        Thread thread = new Thread(() -> System.out.println("from a thread"));
        thread.start();
        thread.join();
        ForkJoinPool.commonPool()
                .submit(() -> System.out.println("from a pool"))
                .join();
    }

    public static void child() throws IOException, InterruptedException {
        new ProcessBuilder("sh", "-c", "echo from a child; echo bad >&2")
                .inheritIO()
                .start()
                .waitFor();
        new PrintStream(new FileOutputStream(FileDescriptor.out), true).println("past System.out");
    }

    public static void closeStreams() {
        System.out.println("before");
        System.out.close();
        System.setErr(new PrintStream(new FileOutputStream(FileDescriptor.err), true));
        Thread.currentThread().interrupt();
    }

    public static void standardInput() throws IOException {
        System.out.println("read " + System.in.read());
    }

    public static void logs(TaskContext task) {
        org.slf4j.LoggerFactory.getLogger("a.slf4j").warn("slf4j {}", 1);
        org.slf4j.LoggerFactory.getLogger("a.slf4j").trace("too low");
        java.util.logging.Logger.getLogger("b.jul").fine("jul fine");
        org.apache.logging.log4j.LogManager.getLogger("c.log4j").error("log4j", new IllegalStateException("boom"));
        System.getLogger("d.system").log(System.Logger.Level.INFO, "system");
        task.captureLogs(System.Logger.Level.WARNING);
    }

    public static void interrupted() throws InterruptedException {
        System.out.println("waiting");
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            System.out.println("interrupted");
            throw e;
        }
    }

    public static Object context(TaskContext task) throws InterruptedException {
        task.progress(1, 3, "one \"third\" \u0000");
        new CountDownLatch(1).await(300, TimeUnit.MILLISECONDS);
        task.progress(3, 3, "all");
        task.saveOutput(Map.of("saved", true));
        task.saveRawOutput(new byte[] {1, 2, 3});
        return task.attempt() + " " + task.metadata() + " " + task.input(Object.class);
    }

    public static void saveThenFail(TaskContext task) {
        task.saveOutput("half of it");
        throw new IllegalStateException("after saving");
    }

    public static Object parent(TaskContext task) {
        Rework rework = task.rework();
        Task<Object> child =
                rework.task("nothing").domain(task.input(String.class)).schedule();
        return child.join().state().toString();
    }

    public static void longOutput(TaskContext task) {
        task.saveRawOutput(new byte[33 * 1024 * 1024]);
    }

    public static Object badOutput() {
        return "\u0000 and \ud800";
    }

    public static void fork() throws IOException {
        new ProcessBuilder("sh", "-c", "sleep 300 & wait").start();
        System.out.println("forked");
    }

    public static void evil() throws Exception {
        throw new Evil();
    }

    public static void overflow() {
        overflow();
    }

    public static void longTrace() {
        throw new IllegalStateException("m".repeat(20_000_000));
    }

    /** Answers nothing. */
    static final class Evil extends Exception {
        @Override
        public String getMessage() {
            throw new IllegalStateException("no message");
        }

        @Override
        public String toString() {
            return toString();
        }

        @Override
        public synchronized Throwable getCause() {
            throw new Error("no cause");
        }

        @Override
        public StackTraceElement[] getStackTrace() {
            throw new Error("no trace");
        }

        @Override
        public void printStackTrace(PrintWriter out) {
            throw new Error("no print");
        }
    }
}
