package dev.rework.internal.db;

import dev.rework.Missed;
import dev.rework.Overlap;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.ZoneId;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Tables {@code plan} and {@code plan_watch}, and the tasks that plans make. Threads may share it. */
public final class PlanStore {
    private final Jdbi jdbi;

    public PlanStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** How a plan fires: the same whether prepared or declared. */
    public record Policy(Missed missed, int missedMax, Overlap overlap, Duration jitter) {
        /** At most this many missed instants are made up for, unless said otherwise. */
        public static final int MISSED_MAX = 100;

        public static final Policy DEFAULT = new Policy(Missed.SKIP, MISSED_MAX, Overlap.ALLOW, Duration.ZERO);
    }

    /** {@code @Operation(cron = …)}, already checked with {@code CronRule.parse}. */
    public record Declared(String rule, ZoneId zone, Policy policy) {}

    /**
     * Makes the one declared plan of an operation be as declared, within the caller's transaction. A
     * changed rule starts afresh; an unchanged one keeps its position, and its pause. Null: the
     * declaration is gone, and so is its plan.
     */
    public static void declare(Connection transaction, long operation, @Nullable Declared declared)
            throws SQLException {
        throw new UnsupportedOperationException();
    }

    /** Deletes a plan; its tasks stay. False when there is none. */
    public boolean unprepare(long id) {
        throw new UnsupportedOperationException(jdbi.toString());
    }
}
