package dev.rework.internal.db;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.Collection;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * Who waits for whom, as the workers' rows say: column {@code awaits} of the one whose task waits. Plain JDBC on one
 * connection in auto-commit. Stateless.
 */
public final class Waits {

    private static final String SAY = """
            update rework.worker w set awaits = ? where w.id = ? and w.finished is null
            """;

    // The first way on which what is awaited waits for us.
    private static final String CIRCLE = """
            with recursive chain (task, way) as (
              select x.task, array[x.task] from (select ?::bigint as task) x
               union all
              select a.task, c.way || a.task
                from chain c
                join rework.task t on t.id = c.task and t.state in ('claimed', 'running', 'aborting')
                join rework.worker w on w.id = t.worker and w.finished is null and w.awaits[1] = t.id
               cross join lateral unnest(w.awaits[2:]) a(task)
               where not a.task = any (c.way)
                 and c.task <> ?
            )
            select c.way from chain c where c.task = ? limit 1
            """;

    // Only of what has not begun, and that no other host can run.
    private static final String HELD = """
            select 2 * (m.options ->> 'maxworkers')::bigint as most, m.host, m.domain
              from rework.worker me
              join rework.monitor m on m.id = me.monitor and m.ended is null
              join rework.task t on t.id = ? and t.state in ('scheduled', 'blocked', 'queued')
              join rework.operation o on o.id = t.operation and o.domain = m.domain
             where me.id = ?
               and t.host in ('', m.host)
               and (select count(*)
                      from rework.worker w
                      join rework.task x on x.id = w.awaits[1] and x.worker = w.id
                       and x.state in ('claimed', 'running', 'aborting')
                     where w.monitor = m.id and w.finished is null)
                   >= 2 * (m.options ->> 'maxworkers')::bigint
               and not exists (select
                                 from rework.registration r
                                 join rework.monitor other on other.host = r.host and other.domain = o.domain
                                  and other.ended is null and other.lease > clock_timestamp() and other.id <> m.id
                                where r.operation = o.id and r.retired_at is null and t.host in ('', r.host))
            """;

    private Waits() {}

    /** Says which tasks a worker's task waits for, none when it goes on. */
    public static void say(Connection connection, long worker, long task, Collection<Long> awaited)
            throws SQLException {
        LongStream all = awaited.isEmpty()
                ? LongStream.empty()
                : LongStream.concat(LongStream.of(task), awaited.stream().mapToLong(Long::longValue));
        new Statements(connection)
                .bind(SAY)
                .array("int8", all.toArray())
                .of(worker)
                .update();
    }

    /** Why this worker's task may not wait for another, once its row says that it does; null when it may. */
    public static @Nullable String refusal(Connection connection, long worker, long task, long awaited)
            throws SQLException {
        String circle = circle(connection, task, awaited);
        return circle != null ? circle : held(connection, worker, awaited);
    }

    private static @Nullable String circle(Connection connection, long task, long awaited) throws SQLException {
        Binds binds =
                new Statements(connection).bind(CIRCLE).of(awaited).of(task).of(task);
        try (ResultSet row = binds.query()) {
            if (!row.next()) {
                return null;
            }
            Long[] way = (Long[]) row.getArray(1).getArray();
            return way.length == 1
                    ? "that is itself"
                    : "a circle, " + Arrays.stream(way).map(String::valueOf).collect(Collectors.joining(" waits for "));
        }
    }

    private static @Nullable String held(Connection connection, long worker, long awaited) throws SQLException {
        Binds binds = new Statements(connection).bind(HELD).of(awaited).of(worker);
        try (ResultSet row = binds.query()) {
            return row.next()
                    ? "all " + row.getLong(1) + " workers that the monitor of domain " + row.getString(3) + " on host "
                            + row.getString(2) + " may have (twice its --maxworkers) are held by tasks that wait, and"
                            + " nobody is left to run it: raise --maxworkers"
                    : null;
        }
    }
}
