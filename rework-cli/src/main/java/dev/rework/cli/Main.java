package dev.rework.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Where the {@code rework} process begins. */
public final class Main {
    private static final String ON_DESCRIPTOR = "@fd3:";

    /** What the driver logs it throws too, and that is told in one line. Kept, since a logger nobody holds is forgotten. */
    private static final Logger DRIVER = Logger.getLogger("org.postgresql");

    private Main() {}

    /** Runs the command line and exits with its code. */
    public static void main(String[] arguments) {
        // Nothing here is worth a log, and setting logback up would take a third of the start. Workers are other
        // processes.
        System.setProperty("slf4j.internal.verbosity", "ERROR");
        System.setProperty("slf4j.provider", "org.slf4j.helpers.NOP_FallbackServiceProvider");
        DRIVER.setLevel(Level.OFF);
        Shell shell = Shell.ofProcess();
        int code = Cli.run(shell, whole(arguments));
        System.exit(code);
    }

    /** With the addresses that the launcher moved out of sight, to lines on file descriptor 3. */
    private static String[] whole(String[] arguments) {
        String[] whole = arguments.clone();
        List<String> addresses = List.of();
        for (int i = 0; i < whole.length; i++) {
            if (whole[i].matches(ON_DESCRIPTOR + "[1-9][0-9]?")) {
                addresses = addresses.isEmpty() ? addresses() : addresses;
                int line = Integer.parseInt(whole[i].substring(ON_DESCRIPTOR.length()));
                whole[i] = line <= addresses.size() ? addresses.get(line - 1) : whole[i];
            }
        }
        return whole;
    }

    private static List<String> addresses() {
        try {
            // Not readString, which throws at what is no UTF-8: an argument would have been replaced, too.
            String lines = new String(Files.readAllBytes(Path.of("/dev/fd/3")), StandardCharsets.UTF_8);
            return List.of(lines.split("\n"));
        } catch (IOException e) {
            // Nothing is there: somebody has typed what the launcher writes. It stays what it is.
            return List.of();
        }
    }
}
