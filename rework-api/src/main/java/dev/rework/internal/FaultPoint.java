package dev.rework.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A named place at which a fault test ends or holds this process, to see what the others make of it. Off, and then the test
 * of a constant, unless whoever starts the process sets the variable {@value #VARIABLE} in its environment: no row, no
 * option and nothing from the network can. Its value is {@code NAME:kill:FILE} or {@code NAME:wait:FILE}: the first process
 * of all that come to the place makes the file, and then is killed (SIGKILL) without another step, or waits there until the file is
 * deleted. Threads may share it.
 */
public final class FaultPoint {
    /** The variable that sets one. */
    public static final String VARIABLE = "REWORK_FAULT_POINT";

    private static final @Nullable String SET = System.getenv(VARIABLE);

    private FaultPoint() {}

    /** The place of this name. */
    public static void pass(String name) {
        if (SET != null) {
            reached(SET, name);
        }
    }

    private static void reached(String set, String name) {
        String[] words = set.split(":", 3);
        if (words.length != 3 || !words[0].equals(name)) {
            return;
        }
        Path file = Path.of(words[2]);
        try {
            Files.createFile(file);
        } catch (FileAlreadyExistsException somebodyWas) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        boolean killed = words[1].equals("kill");
        if (killed) {
            kill();
        }
        while (killed || Files.exists(file)) {
            LockSupport.parkNanos(1_000_000);
        }
    }

    /** By the real signal; Java does not send one to itself. */
    private static void kill() {
        try {
            new ProcessBuilder(
                            "sh", "-c", "kill -KILL " + ProcessHandle.current().pid())
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
