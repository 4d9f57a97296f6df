package dev.rework.internal.db;

import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Outcomes as the parallel arrays that {@link TaskQueue} settles in one statement. */
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
        long[] cpu = new long[n];
        int[] peak = new int[n];
        Long[] retries = new Long[n];
        long[][] longs = new long[3][n];
        int[] attempts = new int[n];
        for (int i = 0; i < n; i++) {
            Outcome outcome = outcomes.get(i);
            longs[0][i] = outcome.id();
            longs[1][i] = (now - outcome.sinceNanos()) / 1000;
            longs[2][i] = (now - outcome.endedNanos()) / 1000;
            attempts[i] = outcome.attempt();
            done[i] = outcome.done();
            outputs = put(outputs, i, outcome.output(), n);
            raw = put(raw, i, outcome.rawOutput(), n);
            errors = put(errors, i, outcome.error(), n);
            reasons = put(reasons, i, outcome.reason(), n);
            cpu[i] = outcome.cpuMs();
            peak[i] = outcome.peakMb();
            retries[i] = outcome.retryMs() < 0 ? null : (Long) outcome.retryMs();
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

    private static byte @Nullable [][] put(byte @Nullable [][] all, int i, byte @Nullable [] one, int n) {
        if (one == null) {
            return all;
        }
        byte[][] made = all == null ? new byte[n][] : all;
        made[i] = one;
        return made;
    }

    private static String @Nullable [] put(String @Nullable [] all, int i, @Nullable String one, int n) {
        if (one == null) {
            return all;
        }
        String[] made = all == null ? new String[n] : all;
        made[i] = one;
        return made;
    }
}
