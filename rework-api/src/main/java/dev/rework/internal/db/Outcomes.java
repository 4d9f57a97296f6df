package dev.rework.internal.db;

import java.sql.SQLException;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Outcomes as the parallel arrays that {@link TaskQueue} settles in one statement. An array in which nothing stands is
 * not sent: unnest makes nulls of it.
 */
final class Outcomes {
    private Outcomes() {}

    static void bind(List<Outcome> outcomes, Binds binds) throws SQLException {
        int n = outcomes.size();
        long now = System.nanoTime();
        boolean[] done = new boolean[n];
        String @Nullable [] outputs = null;
        byte @Nullable [][] raw = null;
        String @Nullable [] errors = null;
        String @Nullable [] reasons = null;
        Long @Nullable [] cpu = null;
        Integer @Nullable [] peak = null;
        Long @Nullable [] retries = null;
        long[][] longs = new long[3][n];
        int[] attempts = new int[n];
        for (int i = 0; i < n; i++) {
            Outcome outcome = outcomes.get(i);
            longs[0][i] = outcome.id();
            longs[1][i] = (now - outcome.sinceNanos()) / 1000;
            longs[2][i] = (now - outcome.endedNanos()) / 1000;
            attempts[i] = outcome.attempt();
            done[i] = outcome.done();
            outputs = put(outputs, i, outcome.output(), n, String[]::new);
            raw = put(raw, i, outcome.rawOutput(), n, byte[][]::new);
            errors = put(errors, i, outcome.error(), n, String[]::new);
            reasons = put(reasons, i, outcome.reason(), n, String[]::new);
            boolean measured = outcome.cpuMs() > 0 || outcome.peakMb() > 0;
            cpu = put(cpu, i, measured ? (Long) outcome.cpuMs() : null, n, Long[]::new);
            peak = put(peak, i, measured ? (Integer) outcome.peakMb() : null, n, Integer[]::new);
            retries = put(retries, i, outcome.retryMs() < 0 ? null : (Long) outcome.retryMs(), n, Long[]::new);
        }
        binds.array("int8", longs[0])
                .array("int4", attempts)
                .array("bool", done)
                .array("text", outputs)
                .array("bytea", raw)
                .array("text", errors)
                .array("text", reasons)
                .array("int8", longs[1])
                .array("int8", longs[2])
                .array("int8", cpu)
                .array("int4", peak)
                .array("int8", retries);
    }

    private static <T> T @Nullable [] put(
            T @Nullable [] all, int i, @Nullable T one, int n, IntFunction<@Nullable T[]> maker) {
        if (one == null) {
            return all;
        }
        T[] made = all == null ? maker.apply(n) : all;
        made[i] = one;
        return made;
    }
}
