package dev.rework.internal.db;

import dev.rework.Attempt;
import dev.rework.Cause;
import dev.rework.InvalidInput;
import dev.rework.LogLine;
import dev.rework.Progress;
import dev.rework.TaskSnapshot;
import dev.rework.TaskState;
import dev.rework.internal.Codec;
import dev.rework.internal.db.TaskStore.Outcome;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jdbi.v3.core.statement.StatementContext;
import org.jspecify.annotations.Nullable;

/** How rows become records. */
final class TaskRows {
    private TaskRows() {}

    static TaskSnapshot snapshot(ResultSet row, StatementContext context) throws SQLException {
        return new TaskSnapshot(
                row.getLong("id"),
                row.getString("operation"),
                row.getString("domain"),
                row.getString("host"),
                state(row.getString("state")),
                cause(row.getString("cause")),
                row.getString("reason"),
                row.getInt("priority"),
                row.getInt("attempt"),
                row.getInt("max_attempts"),
                Stamps.time(row, "queued"),
                Stamps.time(row, "run_at"),
                Stamps.timeOrNull(row, "started"),
                Stamps.timeOrNull(row, "finished"),
                row.getObject("worker", Long.class),
                row.getObject("parent", Long.class),
                progress(row.getString("progress")),
                metadata(row.getString("metadata")),
                row.getString("error"),
                row.getObject("cpu_ms", Long.class),
                row.getObject("peak_mb", Integer.class));
    }

    static Attempt attempt(ResultSet row, StatementContext context) throws SQLException {
        return new Attempt(
                row.getInt("attempt"),
                row.getObject("worker", Long.class),
                causeOfAttempt(row.getString("cause")),
                row.getString("reason"),
                row.getString("error"),
                Stamps.timeOrNull(row, "started"),
                Stamps.time(row, "finished"),
                row.getObject("cpu_ms", Long.class),
                row.getObject("peak_mb", Integer.class));
    }

    static Outcome outcome(ResultSet row, StatementContext context) throws SQLException {
        return new Outcome(
                state(row.getString("state")),
                cause(row.getString("cause")),
                row.getString("reason"),
                row.getString("error"),
                row.getString("output"),
                row.getBytes("raw_output"),
                row.getLong("token"));
    }

    static LogLine line(ResultSet row, StatementContext context) throws SQLException {
        return new LogLine(
                row.getLong("id"),
                row.getLong("task"),
                row.getInt("attempt"),
                Stamps.time(row, "time"),
                row.getString("stream"),
                row.getString("level"),
                row.getString("logger"),
                row.getString("line"));
    }

    /** Of a stored state: what a worker has taken but not begun is shown as queued. */
    static TaskState state(String stored) {
        return stored.equals("claimed") ? TaskState.QUEUED : TaskState.valueOf(stored.toUpperCase(Locale.ROOT));
    }

    /** No CHECK watches over this one. */
    private static Cause causeOfAttempt(String stored) {
        try {
            return Cause.valueOf(stored.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException notOurs) {
            return Cause.ERROR;
        }
    }

    private static @Nullable Cause cause(@Nullable String stored) {
        return stored == null ? null : Cause.valueOf(stored.toUpperCase(Locale.ROOT));
    }

    private static @Nullable Progress progress(@Nullable String json) {
        try {
            return json == null ? null : Codec.read(json, Progress.class);
        } catch (InvalidInput notOurs) {
            return null;
        }
    }

    /** One row that somebody wrote with SQL, deeper or longer than we read, must not take a whole list with it. */
    static Map<String, Object> metadata(@Nullable String json) {
        Map<String, Object> all = new LinkedHashMap<>();
        try {
            if (json != null && !json.equals("{}") && Codec.read(json, Object.class) instanceof Map<?, ?> given) {
                given.forEach((name, value) -> all.put(String.valueOf(name), value));
            }
        } catch (InvalidInput notOurs) {
            all.put("unreadable", String.valueOf(notOurs.getMessage()));
        }
        return java.util.Collections.unmodifiableMap(all);
    }
}
