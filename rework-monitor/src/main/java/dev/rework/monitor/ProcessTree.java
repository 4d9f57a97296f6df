package dev.rework.monitor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends a worker with all that came from it, however it hid: children, orphans of a double fork, sessions of their own. They
 * are found as descendants and by the worker's tag, which every one of them inherited in its environment.
 */
final class ProcessTree {

    /** The variable that holds a worker's tag. */
    static final String TAG = "REWORK_WORKER_TAG";

    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long PAUSE_NANOS = 1_000_000;

    private ProcessTree() {}

    /**
     * Kills a process and all that came from it; returns when none is left.
     *
     * @return whether all are gone within three seconds
     */
    static boolean kill(ProcessHandle leader, String tag) {
        // Taken before the kill: children of a dead process are nobody's descendants.
        List<ProcessHandle> family = leader.descendants().toList();
        // Not Process.destroyForcibly, which closes our end of the pipe and loses the last words in it.
        leader.destroyForcibly();
        family.forEach(ProcessHandle::destroyForcibly);
        return sweep(tag);
    }

    /** Kills whatever carries the tag, again and again until a look finds none: some may fork meanwhile. */
    static boolean sweep(String tag) {
        long end = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            List<ProcessHandle> found = tagged(tag);
            if (found.isEmpty()) {
                return true;
            }
            if (System.nanoTime() > end) {
                return false;
            }
            found.forEach(ProcessHandle::destroyForcibly);
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    /** Living processes whose environment carries the tag, never this one. */
    static List<ProcessHandle> tagged(String tag) {
        byte[] wanted = (TAG + "=" + tag).getBytes(StandardCharsets.US_ASCII);
        List<ProcessHandle> found = new ArrayList<>();
        long self = ProcessHandle.current().pid();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path process : processes) {
                long pid = Long.parseLong(process.getFileName().toString());
                // The handle is taken first and knows its start time: a pid used anew meanwhile is not hit.
                ProcessHandle handle = ProcessHandle.of(pid).orElse(null);
                if (handle != null && pid != self && contains(environment(process), wanted)) {
                    found.add(handle);
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return found;
        }
        return found;
    }

    /** Stops (SIGSTOP) or continues (SIGCONT) a process; Java itself can only end one. */
    static boolean signal(String name, long pid) {
        try {
            Process shell = new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            return shell.waitFor(2, TimeUnit.SECONDS) && shell.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static byte[] environment(Path process) {
        try {
            return Files.readAllBytes(process.resolve("environ"));
        } catch (IOException | SecurityException e) {
            return new byte[0];
        }
    }

    private static boolean contains(byte[] environment, byte[] wanted) {
        for (int i = 0; i + wanted.length <= environment.length; i++) {
            boolean begins = i == 0 || environment[i - 1] == 0;
            if (begins
                    && java.util.Arrays.equals(environment, i, i + wanted.length, wanted, 0, wanted.length)
                    && (i + wanted.length == environment.length || environment[i + wanted.length] == 0)) {
                return true;
            }
        }
        return false;
    }
}
