package dev.rework.internal.db;

/**
 * The look at the heads of all lanes and the claim from the best one, in one round trip: what stands between the wake-up of
 * an idle worker and its task. It settles nothing. Where nothing is queued it locks nothing, and writes nothing.
 */
final class FoundStatement {
    static final String SQL = """
            with best as materialized (
              select q.operation, q.host, q.most, h.rank, h.run_at, h.id
                from unnest(?::bigint[], ?::text[], ?::integer[]) q(operation, host, most)
               cross join lateral (
                     select t.rank, t.run_at, t.id
                       from rework.task t
                      where t.ready
                        and t.operation = q.operation
                        and t.host = q.host
                        and t.run_at > '-infinity'
                      order by t.rank, t.run_at, t.id
                      limit 1) h
               order by h.rank, h.run_at, h.id
               limit 1
            ), me as materialized (
              select w.id
                from rework.worker w
               where w.id = ? and w.session = ? and w.state <> 'dead' and exists (select from best)
                 for no key update
            ), chosen as materialized (
              select c.id
                from best b
               cross join lateral (
                     select t.id
                       from rework.task t
                      where t.ready
                        and t.operation = b.operation
                        and t.host = b.host
                        and (t.rank, t.run_at, t.id) >= (b.rank, b.run_at, b.id)
                      order by t.rank, t.run_at, t.id
                      limit coalesce((select b.most from me), 0)
                        for update skip locked) c
            ), claimed as (
              update rework.task t
                 set state = 'claimed', worker = me.id, attempt = t.attempt + 1
                from chosen
               cross join me
               where t.id = chosen.id
              returning t.id, t.attempt, t.rank, t.run_at, t.input, t.raw_input, t.metadata
            ), holder as (
              update rework.worker w
                 set holding = (select array_agg(c.id) from chosen c),
                     state = case w.state when 'stopping' then w.state else 'busy' end
                from me
               where w.id = me.id and exists (select from chosen)
            )
            select c.id, c.attempt, c.rank, (extract(epoch from least(c.run_at, '200000-01-01')) * 1000000)::bigint,
                   case when pg_column_size(c.input) <= 16384 then c.input::text end,
                   case when pg_column_size(c.raw_input) <= 16384 then c.raw_input end,
                   case when c.metadata <> '{}' then c.metadata::text end,
                   greatest(pg_column_size(c.input), pg_column_size(c.raw_input)) > 16384,
                   b.operation, b.host
              from claimed c
             cross join best b
            """;

    private FoundStatement() {}
}
