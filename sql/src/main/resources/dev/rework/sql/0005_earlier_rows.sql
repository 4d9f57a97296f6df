-- Rows that the CHECKs to come would refuse, as an earlier version or somebody's SQL has written them, are mended first: whoever
-- claims, ends or fires one meanwhile must not be refused. Nothing of what they said is lost: moments out of reach become the
-- first or the last one that we count with, numbers the nearest that may be, and what the metadata of an earlier version was
-- (or a host longer than any can be) is in the metadata now. It waits for nobody but rows.
create function rework.mend_rows(oversized boolean) returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  first constant timestamptz := '4001-01-01 00:00:00+00 BC';
  last  constant timestamptz := '200000-01-01 00:00:00+00';
  most  constant bigint := 3153600000000;
  changed bigint;
  mended bigint := 0;
begin
  update rework.operation o
     set timeout_ms = least(o.timeout_ms, most),
         grace_ms = least(o.grace_ms, most),
         backoff_ms = least(o.backoff_ms, most),
         max_backoff_ms = least(o.max_backoff_ms, most),
         retries = least(o.retries, 1000000),
         priority = greatest(o.priority, -2147483647)
   where o.timeout_ms > most or o.grace_ms > most or o.backoff_ms > most or o.max_backoff_ms > most
      or o.retries > 1000000 or o.priority < -2147483647;
  get diagnostics changed = row_count;
  mended := mended + changed;
  update rework.monitor m
     set lease = greatest(least(m.lease, last), first),
         options = case jsonb_typeof(m.options) when 'object' then m.options
                   else jsonb_build_object('rework.options', m.options) end
   where not m.lease between first and last or jsonb_typeof(m.options) <> 'object';
  get diagnostics changed = row_count;
  mended := mended + changed;
  update rework.worker w
     set lease = greatest(least(w.lease, last), first),
         holding = array(select h.id from unnest(w.holding) with ordinality h (id, n)
                          where h.id is not null order by h.n limit 10000),
         runs = greatest(w.runs, 0)
   where not w.lease between first and last
      or case when array_ndims(w.holding) > 1 then true else array_position(w.holding, null) is not null end
      or cardinality(w.holding) > 10000
      or w.runs < 0;
  get diagnostics changed = row_count;
  mended := mended + changed;
  update rework.plan_watch w
     set seen = case when w.seen < first then first else clock_timestamp() end
   where not w.seen between first and last;
  get diagnostics changed = row_count;
  mended := mended + changed;
  -- One too large for what 0003 lets an update leave behind waits until that is no more.
  update rework.plan p
     set last_fire = greatest(least(p.last_fire, last), first),
         host = case when length(p.host) > 200 then left(p.host, 199) || '…' else p.host end,
         metadata = case when length(p.host) > 200 then jsonb_build_object('rework.host', p.host) else '{}' end
                    || case jsonb_typeof(p.metadata) when 'object' then p.metadata
                       else jsonb_build_object('rework.metadata', p.metadata) end
   where (not p.last_fire between first and last or length(p.host) > 200 or jsonb_typeof(p.metadata) <> 'object')
     and (oversized
          or length(p.rule) <= 1000 and length(p.zone) <= 100 and length(p.host) <= 65536
             and octet_length(p.metadata::text) <= 65536
             and coalesce(octet_length(p.input::text), 0) <= 33554432
             and coalesce(octet_length(p.raw_input), 0) <= 33554432);
  get diagnostics changed = row_count;
  mended := mended + changed;
  update rework.task t
     set run_at = greatest(least(t.run_at, last), first),
         queued = greatest(least(t.queued, last), first),
         started = case when t.started is not null then greatest(least(t.started, last), first) end,
         finished = case when t.finished is not null then greatest(least(t.finished, last), first) end,
         rank = greatest(t.rank, -2147483647),
         attempt = greatest(least(t.attempt, 2000000000 + case when t.ready or t.waiting then 0 else 1 end), 0),
         host = case when length(t.host) > 200 then left(t.host, 199) || '…' else t.host end,
         metadata = case when length(t.host) > 200 then jsonb_build_object('rework.host', t.host) else '{}' end
                    || case jsonb_typeof(t.metadata) when 'object' then t.metadata
                       else jsonb_build_object('rework.metadata', t.metadata) end
   where (not t.run_at between first and last or not t.queued between first and last
          or not t.started between first and last or not t.finished between first and last
          or t.rank < -2147483647
          or t.attempt < 0 or t.attempt > 2000000000 + case when t.ready or t.waiting then 0 else 1 end
          or length(t.host) > 200 or jsonb_typeof(t.metadata) <> 'object')
     and (oversized
          or length(t.host) <= 65536 and octet_length(t.metadata::text) <= 65536
             and coalesce(octet_length(t.input::text), 0) <= 33554432
             and coalesce(octet_length(t.raw_input), 0) <= 33554432);
  get diagnostics changed = row_count;
  return mended + changed;
end
$$;
revoke execute on function rework.mend_rows from public;

select rework.mend_rows(false);
