package dev.rework.bench;

import dev.rework.internal.Codec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The figures that runs before this one have left and this one did not take; each says when it was taken. */
final class Earlier {
    private final Map<String, String> taken = new LinkedHashMap<>();

    /** When a figure was taken; null for one of this run. */
    @Nullable
    String taken(String figure) {
        return taken.get(figure);
    }

    boolean isEmpty() {
        return taken.isEmpty();
    }

    /** By the moment, which groups of figures were taken then. */
    Map<String, List<String>> groups() {
        Map<String, List<String>> groups = new LinkedHashMap<>();
        taken.forEach((figure, when) -> {
            List<String> names = groups.computeIfAbsent(when, key -> new ArrayList<>());
            String group = "`" + figure.split("\\.")[0] + ".*`";
            if (!names.contains(group)) {
                names.add(group);
            }
        });
        return groups;
    }

    /**
     * Takes over what a run's JSON file has and {@code samples} has not.
     *
     * @throws IOException when it was taken on another machine or with other settings of the server
     */
    void add(Path file, Samples samples, Map<String, String> machine, Map<String, String> settings) throws IOException {
        Map<?, ?> run = map(Codec.read(Files.readString(file), Map.class), file);
        if (!machine.equals(run.get("machine")) || !settings.equals(run.get("postgres"))) {
            throw new IOException(file + " was taken on another machine, or with other settings of Postgres");
        }
        for (Map.Entry<?, ?> entry : map(run.get("figures"), file).entrySet()) {
            String name = String.valueOf(entry.getKey());
            if (samples.has(name)) {
                continue;
            }
            Map<?, ?> figure = map(entry.getValue(), file);
            List<Samples.Sample> values = new ArrayList<>();
            for (Object sample : list(figure.get("samples"), file)) {
                List<?> parts = list(sample, file);
                values.add(new Samples.Sample((int) number(parts.get(0)), number(parts.get(1)), number(parts.get(2))));
            }
            samples.put(name, String.valueOf(figure.get("unit")), values);
            Object own = figure.get("taken");
            taken.put(name, String.valueOf(own == null ? run.get("taken") : own));
        }
    }

    private static Map<?, ?> map(@Nullable Object value, Path file) throws IOException {
        if (value instanceof Map<?, ?> map) {
            return map;
        }
        throw new IOException(file + " is not what a run leaves");
    }

    private static List<?> list(@Nullable Object value, Path file) throws IOException {
        if (value instanceof List<?> list) {
            return list;
        }
        throw new IOException(file + " is not what a run leaves");
    }

    private static double number(Object value) {
        return value instanceof Number number ? number.doubleValue() : Double.NaN;
    }
}
