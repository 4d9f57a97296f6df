package dev.rework.internal;

import dev.rework.InvalidAddress;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Files of sections and {@code name = value} lines: {@code rework.cfg} and libpq's service files. */
final class ConfigFile {
    /** A name of a section {@code [dburi]}, and the address it stands for. */
    record Entry(Path file, String name, String value) {}

    private ConfigFile() {}

    /** What the first of these files that knows the name says. */
    static Optional<Entry> find(List<Path> files, String name) {
        for (Path file : files) {
            String value = section(file, "dburi").get(name);
            if (value != null) {
                return Optional.of(new Entry(file, name, value));
            }
        }
        return Optional.empty();
    }

    /** The entry that is meant when nothing is said: the one named {@code default}, or the only one there is. */
    static Optional<Entry> preset(List<Path> files) {
        for (Path file : files) {
            Map<String, String> known = section(file, "dburi");
            String name = known.size() == 1 ? known.keySet().iterator().next() : "default";
            String value = known.get(name);
            if (value != null) {
                return Optional.of(new Entry(file, name, value));
            }
        }
        return Optional.empty();
    }

    /** The parameters of a connection service. */
    static Map<String, String> service(List<Path> files, String name) {
        for (Path file : files) {
            Map<String, String> known = section(file, name);
            if (!known.isEmpty()) {
                return known;
            }
        }
        throw new InvalidAddress(
                "connection service `" + name + "` is in none of " + files + "; name its file in PGSERVICEFILE");
    }

    private static Map<String, String> section(Path file, String wanted) {
        Map<String, String> found = new LinkedHashMap<>();
        if (!Files.isRegularFile(file)) {
            return found;
        }
        boolean inside = false;
        for (String raw : lines(file)) {
            String line = raw.strip();
            if (line.isEmpty() || line.startsWith("#") || line.startsWith(";")) {
                continue;
            }
            if (line.startsWith("[") && line.endsWith("]")) {
                inside = line.substring(1, line.length() - 1).strip().equals(wanted);
            } else if (inside) {
                int equals = line.indexOf('=');
                if (equals > 0) {
                    found.put(
                            line.substring(0, equals).strip(),
                            line.substring(equals + 1).strip());
                }
            }
        }
        return found;
    }

    private static List<String> lines(Path file) {
        try {
            return Files.readAllLines(file, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new InvalidAddress("cannot read " + file + ": " + e.getClass().getSimpleName());
        }
    }
}
