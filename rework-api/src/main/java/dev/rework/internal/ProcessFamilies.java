package dev.rework.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which processes of this machine come from which, at one moment. To a process belong its descendants, and whoever is still
 * in the session it leads: a child in the background whose parent is gone has another parent, but the same session.
 * Immutable.
 */
public final class ProcessFamilies {
    private static final Path PROC = Path.of("/proc");
    private static final int PARENT = 1;
    private static final int SESSION = 3;

    private final Map<Long, List<Long>> offspring = new HashMap<>();

    private ProcessFamilies() {}

    /** One look at all processes; serves any number of questions. */
    public static ProcessFamilies now() {
        ProcessFamilies families = new ProcessFamilies();
        if (!families.lookAtProc()) {
            ProcessHandle.allProcesses()
                    .forEach(
                            process -> process.parent().ifPresent(parent -> families.add(parent.pid(), process.pid())));
        }
        return families;
    }

    /** A process and all that belong to it, itself first, each once. */
    public List<Long> of(long leader) {
        Set<Long> family = new LinkedHashSet<>(List.of(leader));
        Deque<Long> next = new ArrayDeque<>(family);
        while (!next.isEmpty()) {
            for (long child : offspring.getOrDefault(next.remove(), List.of())) {
                if (family.add(child)) {
                    next.add(child);
                }
            }
        }
        return new ArrayList<>(family);
    }

    private void add(long origin, long pid) {
        if (origin != pid) {
            offspring.computeIfAbsent(origin, key -> new ArrayList<>()).add(pid);
        }
    }

    /** False where there is no such folder. */
    private boolean lookAtProc() {
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
            for (Path process : processes) {
                String[] fields = stat(process);
                if (fields.length > SESSION) {
                    long pid = Long.parseLong(process.getFileName().toString());
                    add(Long.parseLong(fields[PARENT]), pid);
                    add(Long.parseLong(fields[SESSION]), pid);
                }
            }
            return !offspring.isEmpty();
        } catch (IOException | DirectoryIteratorException e) {
            return false;
        }
    }

    /** The fields after the command, which may contain blanks and parentheses. */
    private static String[] stat(Path process) {
        try {
            String text = new String(Files.readAllBytes(process.resolve("stat")), StandardCharsets.ISO_8859_1);
            int end = text.lastIndexOf(')');
            return end < 0 ? new String[0] : text.substring(end + 2).split(" ");
        } catch (IOException | RuntimeException gone) {
            return new String[0];
        }
    }
}
