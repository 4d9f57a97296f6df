package dev.rework.internal.db;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * The statements that make tasks: plain JDBC, on a connection of the caller's, which they neither commit nor close. Each
 * row carries a random token, by which a repeated insert knows its own row from one that took its id after a failover.
 */
public final class Enqueue {
    private static final int ROWS_AT_ONCE = 5_000;
    private static final long CHARACTERS_AT_ONCE = 8_000_000;
    private static final String UNIQUE_VIOLATION = "23505";

    private static final String DUE_NOW = """
            insert into rework.task
                   (id, token, operation, host, rank, state, input, raw_input, metadata, parent)
            values (?, ?, ?, ?, ?, 'queued', ?::json, ?, ?::jsonb, ?)
            on conflict (id) do nothing
            """;

    private static final String DUE_NOW_AND_NOTIFY = """
            with made as (
              insert into rework.task
                     (id, token, operation, host, rank, state, input, raw_input, metadata, parent)
              values (?, ?, ?, ?, ?, 'queued', ?::json, ?, ?::jsonb, ?)
              on conflict (id) do nothing
              returning id)
            select pg_notify('rework_ready', ?)
              from made
            """;

    private static final String DUE_LATER = """
            with due as materialized (
              select coalesce(?::timestamptz, clock_timestamp()) + ? * interval '1 microsecond' as at),
            made as (
              insert into rework.task
                     (id, token, operation, host, rank, state, input, raw_input, metadata, parent, run_at)
              select ?, ?, ?, ?, ?, case when due.at <= clock_timestamp() then 'queued' else 'scheduled' end,
                     ?::json, ?, ?::jsonb, ?, due.at
                from due
              on conflict (id) do nothing
              returning state)
            select case when made.state = 'queued' then pg_notify('rework_ready', ?)::text end
              from made
            """;

    // No "on conflict": that costs each row a look and a record of its own. All of them or none, by the statement
    // itself.
    private static final String MANY = """
            with due as materialized (
              select d.at, case when d.at <= clock_timestamp() then 'queued' else 'scheduled' end as state,
                     ?::jsonb as metadata
                from (select coalesce(?::timestamptz, clock_timestamp()) + ? * interval '1 microsecond') d (at))
            insert into rework.task
                   (id, token, operation, host, rank, state, input, metadata, parent, run_at)
            select given.id, ?, ?, ?, ?, due.state, given.input::json, due.metadata, ?, due.at
              from unnest(?::bigint[], ?::text[]) given (id, input)
             cross join due
            """;

    private static final String COPY = """
            with made as (
              insert into rework.task
                     (id, token, operation, host, rank, state, input, raw_input, metadata, parent)
              select ?, ?, t.operation, t.host, t.rank, 'queued', t.input, t.raw_input, t.metadata, t.parent
                from rework.task t
               where t.id = ? and t.finished is not null
              on conflict (id) do nothing
              returning operation)
            select pg_notify('rework_ready', o.domain)
              from made
              join rework.operation o on o.id = made.operation
            """;

    private static final String OURS = """
            select count(*)
              from rework.task
             where id = any(?) and token = ?
            """;

    private static final String READY = """
            select pg_notify('rework_ready', ?)
            """;

    private Enqueue() {}

    /** A token for one insert and its repetitions. */
    public static long token() {
        return ThreadLocalRandom.current().nextLong();
    }

    /** Inserts a task that is due; false when the id was taken. */
    static boolean one(Connection connection, long id, NewTask task, NewTask.Input input) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(DUE_NOW)) {
            bind(statement, 1, id, task);
            bindInput(statement, 6, task, input);
            return statement.executeUpdate() == 1;
        }
    }

    /** Inserts a task, due or not, and wakes its domain in the same transaction; false when the id was taken. */
    static boolean oneAndNotify(Connection connection, long id, NewTask task, NewTask.Input input) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(task.due() ? DUE_NOW_AND_NOTIFY : DUE_LATER)) {
            int at = task.due() ? 1 : bindMoment(statement, 1, task);
            bind(statement, at, id, task);
            bindInput(statement, at + 5, task, input);
            statement.setString(at + 9, task.domain());
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    /** Inserts a task per input; an error of which {@link #isTaken(SQLException)} is true when an id was. Wakes nobody. */
    static void many(Connection connection, long[] ids, NewTask task, List<@Nullable String> inputs)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(MANY)) {
            statement.setString(1, task.metadata());
            bindMoment(statement, 2, task);
            for (int from = 0; from < ids.length; ) {
                int to = endOfPart(inputs, from);
                statement.setLong(4, task.token());
                statement.setLong(5, task.operation());
                statement.setString(6, task.host());
                statement.setInt(7, -task.priority());
                statement.setObject(8, task.parent(), Types.BIGINT);
                Array some = connection.createArrayOf("bigint", boxed(ids, from, to));
                Array texts = connection.createArrayOf(
                        "text", inputs.subList(from, to).toArray(String[]::new));
                statement.setArray(9, some);
                statement.setArray(10, texts);
                statement.executeUpdate();
                from = to;
            }
        }
    }

    private static int endOfPart(List<@Nullable String> inputs, int from) {
        long characters = 0;
        int to = from;
        while (to < inputs.size() && to - from < ROWS_AT_ONCE) {
            String input = inputs.get(to);
            characters += input == null ? 0 : input.length();
            if (to > from && characters > CHARACTERS_AT_ONCE) {
                break;
            }
            to++;
        }
        return to;
    }

    /** Of this very type: the driver sends it in binary. */
    private static Long[] boxed(long[] ids, int from, int to) {
        return Arrays.stream(ids, from, to).boxed().toArray(Long[]::new);
    }

    /** Inserts a new task like a finished one and wakes its domain; false when the id was taken or there is no such. */
    static boolean copy(Connection connection, long id, long token, long original) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(COPY)) {
            statement.setLong(1, id);
            statement.setLong(2, token);
            statement.setLong(3, original);
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next();
            }
        }
    }

    /** How many of these rows carry this token. */
    static int ours(Connection connection, long token, long... ids) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(OURS)) {
            statement.setArray(1, connection.createArrayOf("bigint", boxed(ids, 0, ids.length)));
            statement.setLong(2, token);
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return rows.getInt(1);
            }
        }
    }

    /** Whether an insert failed because one of its ids was taken. */
    static boolean isTaken(SQLException e) {
        return UNIQUE_VIOLATION.equals(e.getSQLState());
    }

    /** Whether there is a task of this id. */
    static boolean isTaken(Connection connection, long id) throws SQLException {
        return !TaskStates.read(connection, List.of(id)).isEmpty();
    }

    /** Wakes the workers of a domain when the connection commits. */
    static void ready(Connection connection, String domain) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(READY)) {
            statement.setString(1, domain);
            statement.execute();
        }
    }

    private static int bindMoment(PreparedStatement statement, int at, NewTask task) throws SQLException {
        OffsetDateTime moment = task.at() == null ? null : OffsetDateTime.ofInstant(task.at(), ZoneOffset.UTC);
        statement.setObject(at, moment, Types.TIMESTAMP_WITH_TIMEZONE);
        statement.setLong(at + 1, task.delay().toNanos() / 1_000);
        return at + 2;
    }

    private static void bind(PreparedStatement statement, int at, long id, NewTask task) throws SQLException {
        statement.setLong(at, id);
        statement.setLong(at + 1, task.token());
        statement.setLong(at + 2, task.operation());
        statement.setString(at + 3, task.host());
        statement.setInt(at + 4, -task.priority());
    }

    private static void bindInput(PreparedStatement statement, int at, NewTask task, NewTask.Input input)
            throws SQLException {
        statement.setString(at, input.json());
        statement.setBytes(at + 1, input.raw());
        statement.setString(at + 2, task.metadata());
        statement.setObject(at + 3, task.parent(), Types.BIGINT);
    }
}
