package dev.rework.internal.db;

import dev.rework.internal.Limits;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * Moments of rows. Postgres has {@code infinity} and years that Java cannot count with: whoever wrote one into a row must not
 * take a whole list with it, so they are read as the first or the last moment that both can say.
 */
final class Stamps {
    private Stamps() {}

    /** That of a column which has one. */
    static OffsetDateTime time(ResultSet row, String column) throws SQLException {
        return within(row.getObject(column, OffsetDateTime.class));
    }

    /** That of a column which may have none. */
    static @Nullable OffsetDateTime timeOrNull(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = row.getObject(column, OffsetDateTime.class);
        return time == null ? null : within(time);
    }

    /** The same as an instant. */
    static Instant instant(ResultSet row, String column) throws SQLException {
        return time(row, column).toInstant();
    }

    /** The same as an instant. */
    static @Nullable Instant instantOrNull(ResultSet row, String column) throws SQLException {
        OffsetDateTime time = timeOrNull(row, column);
        return time == null ? null : time.toInstant();
    }

    private static OffsetDateTime within(OffsetDateTime time) {
        if (time.getYear() < -4000) {
            return Limits.FIRST.atOffset(ZoneOffset.UTC);
        }
        return time.getYear() > 200_000 ? Limits.LAST.atOffset(ZoneOffset.UTC) : time;
    }
}
