package dev.rework.bench;

import java.util.List;
import java.util.Locale;

/**
 * A bound of issue 4 on a figure, or on its ratio to another of the same round.
 *
 * @param base the other figure; empty for the figure itself
 */
record Goal(String figure, String base, double bound, boolean atLeast) {

    static final List<Goal> ALL = List.of(
            ratio("drain.noop.2", "floor.drain.100x4", 0.7),
            ratio("drain.noop.2", "peer.graphile-worker.drain", 1.1),
            ratio("drain.noop.2", "peer.db-scheduler.drain", 7),
            ratio("drain.noop.2", "peer.jobrunr.drain", 35),
            ratio("enqueue.single", "floor.enqueue.single", 0.7),
            ratio("enqueue.batch1000", "floor.enqueue.batch1000", 0.526),
            least("enqueue.batch1000", 100_000),
            most("latency.start.p50", 4),
            most("latency.start.p99", 15),
            most("latency.join.p50", 7),
            most("start.cold", 250),
            most("start.cold.cpu", 250),
            most("start.cold.rss", 65),
            most("abort.settled.p50", 60),
            most("abort.settled.p99", 300),
            least("logs.2", 150_000),
            most("logs.visible.p99", 200),
            ratio("growth.finished", "growth.empty", 0.85),
            ratio("growth.behind", "growth.empty", 0.85),
            ratio("growth.other_host", "growth.empty", 0.85),
            ratio("growth.other_domain", "growth.empty", 0.85),
            ratio("growth.unknown_operation", "growth.empty", 0.85),
            ratio("growth.tomorrow", "growth.empty", 0.85),
            ratio("growth.snapshot", "growth.empty", 0.6),
            claims("finished", 0.85),
            claims("behind", 0.85),
            claims("other_host", 0.85),
            claims("other_domain", 0.85),
            claims("unknown_operation", 0.85),
            claims("tomorrow", 0.85),
            claims("snapshot", 0.6),
            most("idle.statements", 2),
            most("idle.cpu", 1));

    private static Goal ratio(String figure, String base, double bound) {
        return new Goal(figure, base, bound, true);
    }

    /** How much quicker a claim is where nothing is in the way. */
    private static Goal claims(String crowd, double bound) {
        return ratio("growth.empty.claim.p99", "growth." + crowd + ".claim.p99", bound);
    }

    private static Goal least(String figure, double bound) {
        return new Goal(figure, "", bound, true);
    }

    private static Goal most(String figure, double bound) {
        return new Goal(figure, "", bound, false);
    }

    boolean measured(Samples samples) {
        return samples.has(figure) && (base.isEmpty() || samples.has(base));
    }

    double value(Samples samples) {
        return base.isEmpty() ? samples.median(figure) : samples.ratio(figure, base);
    }

    boolean met(Samples samples) {
        double value = value(samples);
        return atLeast ? value >= bound : value <= bound;
    }

    /** What is bounded, as people read it. */
    String text() {
        return base.isEmpty() ? figure : figure + " / " + base;
    }

    String boundText() {
        return (atLeast ? "≥ " : "≤ ") + number(bound);
    }

    static String number(double value) {
        if (Double.isNaN(value)) {
            return "–";
        }
        double size = Math.abs(value);
        String format = size >= 1_000 ? "%,.0f" : size >= 100 ? "%.0f" : size >= 10 ? "%.1f" : "%.2f";
        return String.format(Locale.ROOT, format, value);
    }
}
