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
