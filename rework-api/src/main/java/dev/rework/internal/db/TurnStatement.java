package dev.rework.internal.db;

/**
 * A worker's turn in one statement: settles what has ended and claims what comes next. Two statements with the same
 * parameters and the same answer, since one that never puts a task back needs to look at each task only once.
 *
 * <p>The worker's row is locked before anything else, so that nobody can declare this worker dead meanwhile. "limit null" is
 * no limit, hence coalesce. It names the session: what was sent on a connection that has been given up, and arrives or goes on
 * after the next one was opened, does nothing. The choice is materialized: inlined, another plan may claim more rows than the limit says.
 */
final class TurnStatement {
    /** When no outcome asks for another attempt. */
    static final String ALL_ENDED = """
            with me as materialized (
              select w.id
                from rework.worker w
               where w.id = ? and w.session = ? and w.state <> 'dead'
                 for no key update
            ), settled as (
              update rework.task t
                 set state = case when x.done then 'done' when t.cause is null then 'failed' else 'aborted' end,
                     cause = case when x.done then null when t.cause is null then 'error' else t.cause end,
                     reason = case when x.done then null when t.cause is null then x.reason else t.reason end,
                     failed_at = case when not x.done and t.cause is null then clock_timestamp() end,
                     started = least(coalesce(t.started, clock_timestamp() - x.since_us * interval '1 microsecond'),
                                     clock_timestamp() - x.ended_us * interval '1 microsecond'),
                     finished = clock_timestamp() - x.ended_us * interval '1 microsecond',
                     output = x.output::json,
                     raw_output = x.raw_output,
                     error = x.error,
                     cpu_ms = x.cpu_ms,
                     peak_mb = x.peak_mb
                from me
               cross join unnest(?::bigint[], ?::integer[], ?::boolean[], ?::text[], ?::bytea[], ?::text[], ?::text[],
                                 ?::bigint[], ?::bigint[], ?::bigint[], ?::integer[], ?::bigint[])
                     x(id, attempt, done, output, raw_output, error, reason,
                       since_us, ended_us, cpu_ms, peak_mb, retry_ms)
               where t.id = x.id and t.attempt = x.attempt and t.worker = me.id
                 and t.state in ('claimed', 'running', 'aborting')
              returning t.id
            ), chosen as materialized (
              select t.id
                from rework.task t
               where t.ready
                 and t.operation = ?
                 and t.host = ?
                 and (t.rank, t.run_at, t.id)
                     >= (?, timestamptz 'epoch' + ?::bigint * interval '1 microsecond', ?)
                 and (t.xmax = '0'::xid or not ?)
               order by t.rank, t.run_at, t.id
               limit coalesce((select ?::bigint from me), 0)
                 for update skip locked
            ), claimed as (
              update rework.task t
                 set state = 'claimed', worker = me.id, attempt = t.attempt + 1
                from chosen
               cross join me
               where t.id = chosen.id
              returning t.id, t.attempt, t.rank, t.run_at, t.input, t.raw_input, t.metadata
            ), holder as (
              update rework.worker w
                 set holding = case when ?::boolean
                       then coalesce((select array_agg(c.id) from chosen c), '{}') else w.holding end,
                     state = case when w.state = 'stopping' or not ?::boolean then w.state
                                  when exists (select from chosen) then 'busy'
                                  else 'idle' end,
                     runs = w.runs + (select count(*) from settled)
                from me
               where w.id = me.id
            ), told as materialized (
              select pg_notify('rework_done', '') where ? and exists (select from settled)
            )
            select null, null, null, null, null, null, null, null,
                   (select array_agg(s.id) from settled s), exists (select from me), (select count(*) from told)
             union all
            select c.id, c.attempt, c.rank, (extract(epoch from least(c.run_at, '200000-01-01')) * 1000000)::bigint,
                   case when pg_column_size(c.input) <= 16384 then c.input::text end,
                   case when pg_column_size(c.raw_input) <= 16384 then c.raw_input end,
                   case when c.metadata <> '{}' then c.metadata::text end,
                   greatest(pg_column_size(c.input), pg_column_size(c.raw_input)) > 16384,
                   null, null, null
              from claimed c
            """;

    /** When some do. A task whose state changes between fate and settled is refused, and read back. */
    static final String SOME_AGAIN = """
            with me as materialized (
              select w.id
                from rework.worker w
               where w.id = ? and w.session = ? and w.state <> 'dead'
                 for no key update
            ), fate as (
              select x.*, t.state as was, t.cause as asked, t.reason as why, t.started as began,
                     case when x.done then 'done'
                          when x.retry_ms > 0 and coalesce(t.cause, 'timeout') = 'timeout' then 'scheduled'
                          when x.retry_ms = 0 and coalesce(t.cause, 'timeout') = 'timeout' then 'queued'
                          when t.cause is not null then 'aborted'
                          else 'failed' end as becomes
                from me
               cross join unnest(?::bigint[], ?::integer[], ?::boolean[], ?::text[], ?::bytea[], ?::text[], ?::text[],
                                 ?::bigint[], ?::bigint[], ?::bigint[], ?::integer[], ?::bigint[])
                     x(id, attempt, done, output, raw_output, error, reason,
                       since_us, ended_us, cpu_ms, peak_mb, retry_ms)
                join rework.task t on t.id = x.id and t.attempt = x.attempt and t.worker = me.id
                 and t.state in ('claimed', 'running', 'aborting')
            ), settled as (
              update rework.task t
                 set state = f.becomes,
                     cause = case f.becomes when 'failed' then 'error' when 'aborted' then f.asked end,
                     reason = case f.becomes when 'failed' then f.reason when 'aborted' then f.why end,
                     failed_at = case f.becomes when 'failed' then clock_timestamp() end,
                     started = case when f.becomes not in ('scheduled', 'queued')
                       then least(coalesce(f.began, clock_timestamp() - f.since_us * interval '1 microsecond'),
                                  clock_timestamp() - f.ended_us * interval '1 microsecond') end,
                     finished = case when f.becomes not in ('scheduled', 'queued')
                       then clock_timestamp() - f.ended_us * interval '1 microsecond' end,
                     worker = case when f.becomes not in ('scheduled', 'queued') then t.worker end,
                     run_at = case when f.becomes not in ('scheduled', 'queued')
                       then t.run_at else clock_timestamp() + f.retry_ms * interval '1 millisecond' end,
                     output = case when f.becomes not in ('scheduled', 'queued') then f.output::json end,
                     raw_output = case when f.becomes not in ('scheduled', 'queued') then f.raw_output end,
                     error = case when f.becomes not in ('scheduled', 'queued') then f.error end,
                     cpu_ms = f.cpu_ms,
                     peak_mb = f.peak_mb
                from fate f
               where t.id = f.id and t.attempt = f.attempt and t.state = f.was
              returning t.id, t.attempt, f.becomes, f.asked, f.why, f.began, f.reason, f.error,
                        f.since_us, f.cpu_ms, f.peak_mb
            ), earlier as (
              insert into rework.attempt (task, attempt, worker, cause, reason, error, started, cpu_ms, peak_mb)
              select s.id, s.attempt, me.id, coalesce(s.asked, 'error'), coalesce(s.why, s.reason), s.error,
                     coalesce(s.began, clock_timestamp() - s.since_us * interval '1 microsecond'),
                     s.cpu_ms, s.peak_mb
                from settled s
               cross join me
               where s.becomes in ('scheduled', 'queued')
            ), chosen as materialized (
              select t.id
                from rework.task t
               where t.ready
                 and t.operation = ?
                 and t.host = ?
                 and (t.rank, t.run_at, t.id)
                     >= (?, timestamptz 'epoch' + ?::bigint * interval '1 microsecond', ?)
                 and (t.xmax = '0'::xid or not ?)
               order by t.rank, t.run_at, t.id
               limit coalesce((select ?::bigint from me), 0)
                 for update skip locked
            ), claimed as (
              update rework.task t
                 set state = 'claimed', worker = me.id, attempt = t.attempt + 1
                from chosen
               cross join me
               where t.id = chosen.id
              returning t.id, t.attempt, t.rank, t.run_at, t.input, t.raw_input, t.metadata
            ), holder as (
              update rework.worker w
                 set holding = case when ?::boolean
                       then coalesce((select array_agg(c.id) from chosen c), '{}') else w.holding end,
                     state = case when w.state = 'stopping' or not ?::boolean then w.state
                                  when exists (select from chosen) then 'busy'
                                  else 'idle' end,
                     runs = w.runs + (select count(*) from settled)
                from me
               where w.id = me.id
            ), told as materialized (
              select pg_notify('rework_done', '') where ? and exists (select from settled)
            )
            select null, null, null, null, null, null, null, null,
                   (select array_agg(s.id) from settled s), exists (select from me), (select count(*) from told)
             union all
            select c.id, c.attempt, c.rank, (extract(epoch from least(c.run_at, '200000-01-01')) * 1000000)::bigint,
                   case when pg_column_size(c.input) <= 16384 then c.input::text end,
                   case when pg_column_size(c.raw_input) <= 16384 then c.raw_input end,
                   case when c.metadata <> '{}' then c.metadata::text end,
                   greatest(pg_column_size(c.input), pg_column_size(c.raw_input)) > 16384,
                   null, null, null
              from claimed c
            """;

    private TurnStatement() {}
}
