package dev.rework.internal.db;

import dev.rework.Missed;
import dev.rework.Overlap;
import dev.rework.Plan;
import dev.rework.internal.CronRule;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Locale;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** How rows of plans become records. */
final class PlanRows {
    private PlanRows() {}

    static Plan plan(ResultSet row, StatementContext context) throws SQLException {
        String rule = row.getString("rule");
        String zoneId = row.getString("zone");
        ZoneId zone = zone(zoneId);
        boolean paused = row.getBoolean("paused");
        PlanPolicy policy = policy(row);
        Instant position = Stamps.instant(row, "last_fire");
        Instant now = Stamps.instant(row, "now");
        return new Plan(
                row.getLong("id"),
                row.getString("operation"),
                row.getString("domain"),
                row.getString("host"),
                rule,
                zone == null ? ZoneOffset.UTC : zone,
                row.getString("input"),
                row.getBytes("raw_input"),
                TaskRows.metadata(row.getString("metadata")),
                policy.missed(),
                policy.missedMax(),
                policy.overlap(),
                policy.jitter(),
                paused,
                row.getBoolean("declared"),
                position,
                paused || zone == null ? null : next(rule, zone, position.isAfter(now) ? position : now),
                row.getLong("fired"),
                row.getLong("skipped"),
                zone == null ? "this machine knows no time zone " + zoneId : row.getString("note"));
    }

    /** Another machine's list of time zones may be newer. */
    private static @Nullable ZoneId zone(String id) {
        try {
            return ZoneId.of(id);
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static @Nullable Instant next(String rule, ZoneId zone, Instant after) {
        try {
            return CronRule.parse(rule, zone).next(after).orElse(null);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    static PlanPolicy policy(ResultSet row) throws SQLException {
        return new PlanPolicy(
                Missed.valueOf(row.getString("missed").toUpperCase(Locale.ROOT)),
                row.getInt("missed_max"),
                Overlap.valueOf(row.getString("overlap").toUpperCase(Locale.ROOT)),
                Duration.ofMillis(row.getLong("jitter_ms")));
    }

    static String stored(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
