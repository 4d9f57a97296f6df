package dev.rework.cli;

import dev.rework.internal.HostName;
import dev.rework.internal.ReworkHome;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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

    /** The folder of this user's {@code rework} files. */
    ReworkHome home() {
        String home = variable("REWORK_HOME");
        return home == null ? ReworkHome.current() : new ReworkHome(Path.of(home));
    }

    /** The name of this host: as given, else {@code REWORK_HOST}, else the machine's. */
    String host(@Nullable String given) {
        return HostName.of(given, environment);
    }

    @Nullable
    String variable(String name) {
        String value = environment.get(name);
        return value == null || value.isBlank() ? null : value;
    }

    /** The bytes of a file, or of the standard input for {@code -}; what has more than {@code most} is refused unread. */
    byte[] read(String file, int most) throws IOException {
        byte[] bytes;
        if (file.equals("-")) {
            bytes = in.readNBytes(most + 1);
        } else {
            try (InputStream from = Files.newInputStream(Path.of(file))) {
                bytes = from.readNBytes(most + 1);
            }
        }
        if (bytes.length > most) {
            throw new Refusal(ExitCode.ERROR, file + " has more than the " + most + " bytes allowed");
        }
        return bytes;
    }

    private static PrintStream stream(FileDescriptor descriptor) {
        return new PrintStream(new FileOutputStream(descriptor), true, StandardCharsets.UTF_8);
    }
}
