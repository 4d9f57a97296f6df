package dev.rework.monitor;

import java.io.File;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
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

    private static final int ROOM = 64 << 10;
    // What the kernel lets a process have of arguments and environment together, with its usual limits.
    private static final int MOST_ROOM = 2 << 20;
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final long GOING_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long PAUSE_NANOS = 1_000_000;

    private ProcessTree() {}

    /**
     * Kills a process and what came from it. When this returns the process is gone, and an inquest is due that looks for what
     * hid; or it does not go, and everything else that came from it has been killed.
     */
    static void kill(ProcessHandle leader, String tag) throws InterruptedException {
        // Taken before the kill: children of a dead process are nobody's descendants.
        List<ProcessHandle> family = leader.descendants().toList();
        // Not Process.destroyForcibly, which closes our end of the pipe and loses the last words in it.
        leader.destroyForcibly();
        family.forEach(ProcessHandle::destroyForcibly);
        long end = System.nanoTime() + GOING_NANOS;
        while (leader.isAlive()) {
            if (System.nanoTime() - end > 0) {
                sweep(tag);
                return;
            }
            TimeUnit.NANOSECONDS.sleep(PAUSE_NANOS);
        }
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
        Room room = new Room();
        String[] names = new File("/proc").list((proc, name) -> Character.isDigit(name.charAt(0)));
        for (String name : names == null ? new String[0] : names) {
            long pid = Long.parseLong(name);
            if (pid == self || !isTagged(name, wanted, room)) {
                continue;
            }
            // The handle knows its start time, and the second look was later: a pid used anew meanwhile is not hit.
            ProcessHandle handle = ProcessHandle.of(pid).orElse(null);
            if (handle != null && isTagged(name, wanted, room)) {
                found.add(handle);
            }
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

    /** Grows to what an environment may take: to clear that much for each look costs more than the look. */
    private static final class Room {
        private byte[] bytes = new byte[ROOM];

        private int fill(FileInputStream file) throws IOException {
            int length = 0;
            for (int read = file.read(bytes); read > 0; read = file.read(bytes, length, bytes.length - length)) {
                length += read;
                if (length == bytes.length && length < MOST_ROOM) {
                    bytes = Arrays.copyOf(bytes, MOST_ROOM);
                }
            }
            return length;
        }
    }

    /** By plain files: an abort waits for this, and there may be hundreds of processes. */
    private static boolean isTagged(String pid, byte[] wanted, Room room) {
        try (FileInputStream environment = new FileInputStream("/proc/" + pid + "/environ")) {
            return contains(room.bytes, room.fill(environment), wanted);
        } catch (IOException | SecurityException e) {
            return false;
        }
    }

    private static boolean contains(byte[] environment, int length, byte[] wanted) {
        for (int i = 0; i + wanted.length <= length; i++) {
            boolean begins = environment[i] == wanted[0] && (i == 0 || environment[i - 1] == 0);
            if (begins
                    && Arrays.equals(environment, i, i + wanted.length, wanted, 0, wanted.length)
                    && (i + wanted.length == length || environment[i + wanted.length] == 0)) {
                return true;
            }
        }
        return false;
    }
}
