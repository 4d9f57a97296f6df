package dev.rework.monitor;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * A process, told apart from a later one that got the same pid.
 *
 * @param start ticks since boot where /proc says so, elsewhere epoch milliseconds; 0 when unknown
 */
record ProcessIdentity(long pid, long start) {

    private static final Path PROC = Path.of("/proc");

    /** Differs after each boot of the machine; empty where there is no such thing. */
    static final String BOOT = read(PROC.resolve("sys/kernel/random/boot_id"));

    /** Names the space in which pids of this process mean something; empty where there is no such thing. */
    static final String SPACE = link(PROC.resolve("self/ns/pid"));

    static ProcessIdentity of(long pid) {
        return new ProcessIdentity(pid, startOf(pid));
    }

    /** The process, if it is still the same one. */
    Optional<ProcessHandle> handle() {
        return ProcessHandle.of(pid).filter(handle -> handle.isAlive() && startOf(pid) == start && !isZombie(pid));
    }

    boolean isAlive() {
        return handle().isPresent();
    }

    /** Whether pids written under this boot and space can be looked up here. */
    static boolean isHere(String boot, String space) {
        return boot.equals(BOOT) && space.equals(SPACE);
    }

    private static long startOf(long pid) {
        String[] fields = stat(pid);
        if (fields.length > 19) {
            return Long.parseLong(fields[19]);
        }
        return ProcessHandle.of(pid)
                .flatMap(handle -> handle.info().startInstant())
                .map(Instant::toEpochMilli)
                .orElse(0L);
    }

    private static boolean isZombie(long pid) {
        String[] fields = stat(pid);
        return fields.length > 0 && fields[0].equals("Z");
    }

    /** State letter: R, S, T and so on; empty when gone. */
    static String state(long pid) {
        String[] fields = stat(pid);
        return fields.length > 0 ? fields[0] : "";
    }

    /** The fields of /proc/pid/stat after the command, which may contain blanks and parentheses. */
    static String[] stat(long pid) {
        String text = read(PROC.resolve(Long.toString(pid)).resolve("stat"));
        int end = text.lastIndexOf(')');
        return end < 0 || end + 2 > text.length()
                ? new String[0]
                : text.substring(end + 2).split(" ");
    }

    private static String read(Path file) {
        try {
            return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1).strip();
        } catch (IOException e) {
            return "";
        }
    }

    private static String link(Path file) {
        try {
            return Files.readSymbolicLink(file).toString();
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }
}
