package dev.rework.embedded;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What {@code postmaster.pid} says about a living server process.
 *
 * @param pid checked to be a process that works in the data folder: a pid alone may belong to somebody else by now
 * @param port it listens on
 * @param word {@code starting}, {@code ready}, {@code standby} or {@code stopping}
 */
record Postmaster(long pid, int port, String word) {

    private static final Path PROC = Path.of("/proc");

    /** The living server of a data folder. */
    static Optional<Postmaster> of(Path data) throws IOException {
        List<String> lines;
        try {
            lines = Files.readAllLines(data.resolve("postmaster.pid"));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        long pid = number(lines.get(0));
        if (pid <= 0 || !works(pid, data)) {
            return Optional.empty();
        }
        int port = lines.size() > 3 ? (int) number(lines.get(3)) : 0;
        return Optional.of(
                new Postmaster(pid, port, lines.size() > 7 ? lines.get(7).strip() : "starting"));
    }

    /** A standby takes connections too, for reading. */
    boolean isReady() {
        return word.equals("ready") || word.equals("standby");
    }

    boolean isStopping() {
        return word.equals("stopping");
    }

    private static long number(String text) {
        try {
            return Long.parseLong(text.strip());
        } catch (NumberFormatException e) {
            return 0; // half written
        }
    }

    private static boolean works(long pid, Path data) {
        Optional<ProcessHandle> process = ProcessHandle.of(pid);
        if (process.isEmpty()) {
            return false;
        }
        if (!Files.exists(PROC)) {
            return process.get()
                    .info()
                    .command()
                    .map(c -> c.endsWith("postgres"))
                    .orElse(true);
        }
        Path own = PROC.resolve(Long.toString(pid));
        try {
            return Files.readSymbolicLink(own.resolve("cwd")).equals(data);
        } catch (IOException e) {
            // Root without CAP_SYS_PTRACE may not look there; the command line is everybody's.
            return commandLine(own).contains("\0" + data + "\0");
        }
    }

    private static String commandLine(Path own) {
        try {
            return Files.readString(own.resolve("cmdline"), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            return "";
        }
    }

    /**
     * Every process that works in a data folder. After the postmaster was killed its backends live on while they are
     * busy, and no new server starts before they are gone.
     */
    static List<ProcessHandle> workingIn(Path data, Account account) throws IOException {
        List<ProcessHandle> found = new ArrayList<>();
        if (!Files.exists(PROC)) {
            return found;
        }
        if (account.isOther()) {
            String ls = "ls -l /proc/[0-9]*/cwd 2>/dev/null || true";
            for (String line : account.run(List.of("sh", "-c", ls)).output().split("\n")) {
                if (line.endsWith(" -> " + data)) {
                    String[] parts = line.substring(line.indexOf("/proc/")).split("/", 4);
                    ProcessHandle.of(number(parts[2])).ifPresent(found::add);
                }
            }
            return found;
        }
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            all.filter(p -> isIn(p, data)).forEach(found::add);
        }
        return found;
    }

    private static boolean isIn(ProcessHandle process, Path data) {
        try {
            Path cwd = PROC.resolve(Long.toString(process.pid())).resolve("cwd");
            return Files.readSymbolicLink(cwd).equals(data);
        } catch (IOException e) {
            return false;
        }
    }
}
