package dev.rework.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What surrounds a run of the command: its streams, its environment, and which of its streams are terminals. Everything
 * is written in UTF-8, whatever the locale.
 */
public record Shell(
        InputStream in,
        PrintStream out,
        PrintStream err,
        Map<String, String> environment,
        boolean outIsTerminal,
        boolean errIsTerminal) {

    public Shell {
        environment = Map.copyOf(environment);
    }

    /** Of this process. The launcher says in {@code rework.tty} which of 0, 1 and 2 are terminals. */
    static Shell ofProcess() {
        String tty = System.getProperty("rework.tty", "");
        return new Shell(
                System.in,
                stream(FileDescriptor.out),
                stream(FileDescriptor.err),
                System.getenv(),
                tty.contains("1"),
                tty.contains("2"));
    }

    @Nullable
    String variable(String name) {
        String value = environment.get(name);
        return value == null || value.isBlank() ? null : value;
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
