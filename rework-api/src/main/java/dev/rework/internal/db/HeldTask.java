package dev.rework.internal.db;

import dev.rework.Cause;
import dev.rework.internal.HandCell.Begun;
import dev.rework.internal.RetryDelay;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * A task that a dead worker held, and what its operation says about that.
 *
 * @param attempt the attempt the worker claimed
 * @param cause of an attempt that is to be aborted: {@code abort} or {@code timeout}
 */
record HeldTask(
        long id,
        int attempt,
        String state,
        @Nullable String cause,
        int retries,
        boolean retryOnCrash,
        RetryDelay delay) {

    /** What becomes of it. */
    enum Fate {
        /** Queued again, uncharged: it had not begun. */
        GIVE_BACK,
        /** Aborted before it began, as somebody had asked. */
        CANCEL,
        /** Aborted. */
        ABORT,
        /** Failed. */
        FAIL,
        /** This attempt is over, another follows. */
        AGAIN
    }

    static HeldTask of(ResultSet row) throws SQLException {
        return new HeldTask(
                row.getLong("id"),
                row.getInt("attempt"),
                row.getString("state"),
                row.getString("cause"),
                row.getInt("retries"),
                row.getBoolean("on_crash"),
                new RetryDelay(row.getInt("retries"), row.getLong("backoff_ms"), row.getLong("max_backoff_ms")));
    }

    /**
     * Decides.
     *
     * @param begun what the worker had begun; null when nobody can tell, then everything counts as begun
     */
    Fate fate(@Nullable Set<Begun> begun, Cause death) {
        boolean began = begun == null || state.equals("running") || begun.contains(new Begun(id, attempt));
        boolean left = attempt <= retries;
        if (state.equals("aborting")) {
            return !began ? Fate.CANCEL : left && "timeout".equals(cause) ? Fate.AGAIN : Fate.ABORT;
        } else if (!began) {
            return Fate.GIVE_BACK;
        } else if (left && retryOnCrash) {
            return Fate.AGAIN;
        }
        return death == Cause.ABORT ? Fate.ABORT : Fate.FAIL;
    }

    /** After how long the next attempt may begin. */
    long delayMillis() {
        return Math.max(0, delay.millis(attempt, ThreadLocalRandom.current()));
    }
}
