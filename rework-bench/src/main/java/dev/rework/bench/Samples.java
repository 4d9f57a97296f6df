package dev.rework.bench;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Every number of a run, by figure, with the round and the foreign load it was taken under. For one thread. */
final class Samples {
    /** Above this many cores used by others a sample counts only when there are no quiet ones. */
    static final double NOISY = 0.35;

    /** @param foreign cores used by processes that are not of this run */
    record Sample(int round, double value, double foreign) {}

    /** The middle and the spread of a figure over its quiet rounds. */
    record Summary(String name, String unit, double median, double min, double max, int n, int quiet) {}

    private final Map<String, List<Sample>> samples = new LinkedHashMap<>();
    private final Map<String, String> units = new LinkedHashMap<>();

    void add(String name, String unit, Sample sample) {
        units.put(name, unit);
        samples.computeIfAbsent(name, n -> new ArrayList<>()).add(sample);
        System.err.printf(
                "  %-44s %,14.2f %-8s%s%n",
                name, sample.value(), unit, sample.foreign() > NOISY ? " noisy (" + round(sample.foreign()) + ")" : "");
    }

    /** Takes over what another run has measured. */
    void put(String name, String unit, List<Sample> taken) {
        units.put(name, unit);
        samples.put(name, new ArrayList<>(taken));
    }

    Map<String, List<Sample>> all() {
        return samples;
    }

    String unit(String name) {
        return units.getOrDefault(name, "");
    }

    boolean has(String name) {
        return samples.containsKey(name);
    }

    double median(String name) {
        return summary(name).median();
    }

    Summary summary(String name) {
        List<Sample> taken = samples.getOrDefault(name, List.of());
        List<Sample> quiet = taken.stream().filter(s -> s.foreign() <= NOISY).toList();
        double[] values = (quiet.isEmpty() ? taken : quiet)
                .stream().mapToDouble(Sample::value).sorted().toArray();
        if (values.length == 0) {
            return new Summary(name, unit(name), Double.NaN, Double.NaN, Double.NaN, 0, 0);
        }
        return new Summary(
                name,
                unit(name),
                quantile(values, 0.5),
                values[0],
                values[values.length - 1],
                taken.size(),
                quiet.size());
    }

    /** The median over rounds of {@code name / base}, each pair from one round; NaN when there is none. */
    double ratio(String name, String base) {
        Map<Integer, Double> bases = new TreeMap<>();
        for (Sample sample : samples.getOrDefault(base, List.of())) {
            bases.put(sample.round(), sample.value());
        }
        double[] ratios = samples.getOrDefault(name, List.of()).stream()
                .filter(s -> bases.containsKey(s.round()))
                .mapToDouble(s -> s.value() / bases.getOrDefault(s.round(), Double.NaN))
                .sorted()
                .toArray();
        return ratios.length == 0 ? Double.NaN : quantile(ratios, 0.5);
    }

    /** Linear between the two nearest of sorted values. */
    static double quantile(double[] sorted, double q) {
        double at = q * (sorted.length - 1);
        int below = (int) Math.floor(at);
        int above = (int) Math.ceil(at);
        return sorted[below] + (sorted[above] - sorted[below]) * (at - below);
    }

    static double quantile(List<Double> values, double q) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        Arrays.sort(sorted);
        return sorted.length == 0 ? Double.NaN : quantile(sorted, q);
    }

    private static double round(double value) {
        return Math.round(value * 100) / 100.0;
    }
}
