package dev.rework.security;

import dev.rework.TaskContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** On the class path of every worker of these tests, and named by poisoned rows: it must never be loaded. */
public final class Gadget {
    static final String MARK = "rework-gadget-was-here";

    static {
        try {
            Files.writeString(Path.of(System.getProperty("java.io.tmpdir"), MARK), "loaded");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Gadget() {}

    /** Looks like an operation, and is none. */
    public static void run(TaskContext task) {
        Runtime.getRuntime().halt(99);
    }
}
