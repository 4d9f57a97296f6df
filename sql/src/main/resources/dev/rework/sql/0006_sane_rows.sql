-- What nobody's row may say, whatever he writes: one moment that no arithmetic bears, or a number without an opposite, took the
-- lists, the queue or the look for lost hosts from everybody. A moment is within the years -4000 and 200000, as for clients; a
-- duration is 100 years at most. Not valid yet: that is looked through in the next step, which nobody has to wait for.

-- Nobody waits for this lock, or behind it, but an autovacuum, and that is ended for it: it would have the tables for longer
-- than the step is patient.
set local lock_timeout = '5s';
lock table rework.plan_watch, rework.plan, rework.monitor, rework.operation, rework.worker, rework.task
  in share update exclusive mode;
-- Half a second for all six together.
set local lock_timeout = '80ms';

alter table rework.plan_watch add constraint plan_watch_seen check (
  seen between '4001-01-01 00:00:00+00 BC' and '200000-01-01 00:00:00+00') not valid;
alter table rework.monitor add constraint monitor_sane check (
  lease between '4001-01-01 00:00:00+00 BC' and '200000-01-01 00:00:00+00'
  and jsonb_typeof(options) = 'object') not valid;
alter table rework.operation add constraint operation_limits check (
  timeout_ms <= 3153600000000 and grace_ms <= 3153600000000
  and backoff_ms <= 3153600000000 and max_backoff_ms <= 3153600000000
  and retries <= 1000000 and priority >= -2147483647) not valid;
alter table rework.worker add constraint worker_sane check (
  lease between '4001-01-01 00:00:00+00 BC' and '200000-01-01 00:00:00+00'
  and case when array_ndims(holding) > 1 then false else array_position(holding, null) is null end
  and cardinality(holding) <= 10000
  and runs >= 0) not valid;

-- What was accepted before 0003 had limits is done, however large it is.
do $$
declare
  since timestamptz := (select v.applied from rework.schema_version v where v.version = 3);
begin
  execute format('alter table rework.plan drop constraint plan_sizes, add constraint plan_sizes check ('
                 ' length(host) <= 200'
                 ' and (length(rule) <= 1000 and length(zone) <= 100 and pg_column_size(input) <= 33554440'
                 '      and pg_column_size(raw_input) <= 33554440 and pg_column_size(metadata) <= 524288'
                 '      or created < %1$L::timestamptz)) not valid,'
                 ' add constraint plan_last_fire check (last_fire between ''4001-01-01 00:00:00+00 BC'''
                 ' and ''200000-01-01 00:00:00+00'') not valid', since);
  execute format('alter table rework.task drop constraint task_sizes, add constraint task_sizes check ('
                 ' length(host) <= 200'
                 ' and (pg_column_size(input) <= 33554440 and pg_column_size(raw_input) <= 33554440'
                 '      and pg_column_size(metadata) <= 524288'
                 '      or queued < %1$L::timestamptz)) not valid,'
                 ' add constraint task_moments check ('
                 ' run_at between ''4001-01-01 00:00:00+00 BC'' and ''200000-01-01 00:00:00+00'''
                 ' and queued between ''4001-01-01 00:00:00+00 BC'' and ''200000-01-01 00:00:00+00'''
                 ' and started between ''4001-01-01 00:00:00+00 BC'' and ''200000-01-01 00:00:00+00'''
                 ' and finished between ''4001-01-01 00:00:00+00 BC'' and ''200000-01-01 00:00:00+00'') not valid,'
                 ' add constraint task_numbers check (rank >= -2147483647 and attempt between 0 and 2000000001'
                 '      and (attempt <= 2000000000 or not (ready or waiting))) not valid', since);
  -- Nothing else is said of a task 0, or of one below, and no such row can be given another number.
  if not exists (select from rework.task t where t.id <= 0) then
    alter table rework.task add constraint task_id check (id > 0) not valid;
  end if;
end
$$;

-- What an error quotes may be shown by somebody's terminal, which obeys what is no text. And no priority is the usual one.
create or replace function rework.schedule(
  operation text,
  input     json default null,
  domain    text default 'default',
  host      text default '',
  priority  integer default 0,
  run_at    timestamptz default now(),
  metadata  jsonb default '{}'
) returns bigint
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  known  bigint;
  secret boolean;
  made   bigint;
  due    boolean := coalesce(schedule.run_at, now()) <= now();
  extra  jsonb := coalesce(schedule.metadata, '{}');
  -- Control characters, and changes of direction.
  odd    constant text := '[\u0001-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]';
begin
  if length(schedule.operation) > 200 or length(schedule.domain) > 200 or length(schedule.host) > 200 then
    raise exception 'names of operations, domains and hosts have at most 200 characters' using errcode = 'RW006';
  end if;
  if octet_length(schedule.input::text) > 33554432 then
    raise exception 'the input has % bytes, more than the 33554432 allowed', octet_length(schedule.input::text)
      using errcode = 'RW006';
  end if;
  if jsonb_typeof(extra) <> 'object' then
    raise exception 'the metadata is a JSON %, not an object', jsonb_typeof(extra) using errcode = 'RW006';
  end if;
  if octet_length(extra::text) > 65536 or (select count(*) > 100 or max(length(key)) > 200
                                             from jsonb_object_keys(extra) key) then
    raise exception 'the metadata has more than 65536 bytes, 100 keys, or 200 characters in a key'
      using errcode = 'RW006';
  end if;
  if not coalesce(schedule.run_at, now()) between '4001-01-01 00:00:00+00 BC' and '200000-01-01 00:00:00+00' then
    raise exception 'the moment % is not within the years -4000 and 200000', schedule.run_at using errcode = 'RW006';
  end if;
  if schedule.priority < -2147483647 then
    raise exception 'the priority % is below the -2147483647 allowed', schedule.priority using errcode = 'RW006';
  end if;
  select o.id, strpos(o.inputs::text, '"x-secret"') > 0
    into known, secret
    from rework.operation o
   where o.domain = schedule.domain and o.name = schedule.operation
     and (schedule.host = '' or exists (select from rework.registration r
                                         where r.operation = o.id and r.host = schedule.host
                                           and r.retired_at is null));
  if known is null then
    raise exception 'unknown operation % in domain %', regexp_replace(schedule.operation, odd, '?', 'g'),
          regexp_replace(schedule.domain || case when schedule.host = '' then '' else ' on host ' || schedule.host end,
                         odd, '?', 'g')
      using errcode = 'RW005', hint = 'register it with: rework register-operations';
  end if;
  if secret and schedule.input is not null then
    raise exception 'operation % takes a secret, which SQL cannot seal', regexp_replace(schedule.operation, odd, '?', 'g')
      using errcode = 'RW006', hint = 'schedule it with: rework schedule, or from Java';
  end if;
  insert into rework.task (operation, host, rank, run_at, state, input, metadata)
  values (known, schedule.host, -coalesce(schedule.priority, 0), coalesce(schedule.run_at, now()),
          case when due then 'queued' else 'scheduled' end,
          schedule.input, extra)
  returning id into made;
  if due then
    perform pg_notify('rework_ready', schedule.domain);
  end if;
  return made;
end
$$;
