package dev.rework.testing.faults;

import java.util.Map;
import java.util.TreeMap;

/** How many faults of each kind there were. For one thread. */
final class FaultCount {

    private final Map<String, Integer> counts = new TreeMap<>();

    void add(StormFault kind, boolean happened) {
        if (happened) {
            counts.merge(kind.words(), 1, Integer::sum);
        }
    }

    Map<String, Integer> all() {
        return Map.copyOf(counts);
    }
}
