-- Secrets, limits and the audit. What is added here leaves workers and clients of the version before alone.

-- Where somebody acted from: the host as its client says, the address as the server sees it.
alter table rework.audit add column host text not null default '';
alter table rework.audit add column address inet;
alter table rework.audit alter column address set default inet_client_addr();

-- Limits that clients keep to, for whoever writes SQL of his own. Not valid: old rows are not looked through. A column's
-- size is that of the text when it is inserted, and never more afterwards.
alter table rework.audit add constraint audit_sizes check (
  length(who) <= 500 and length(verb) <= 100 and length(target) <= 1000 and length(detail) <= 10000
  and length(host) <= 500) not valid;
alter table rework.task add constraint task_sizes check (
  length(host) <= 200
  and pg_column_size(input) <= 33554440
  and pg_column_size(raw_input) <= 33554440
  and pg_column_size(metadata) <= 524288) not valid;
alter table rework.task add constraint task_metadata check (jsonb_typeof(metadata) = 'object') not valid;
alter table rework.plan add constraint plan_sizes check (
  length(host) <= 200 and length(rule) <= 1000 and length(zone) <= 100
  and pg_column_size(input) <= 33554440
  and pg_column_size(raw_input) <= 33554440
  and pg_column_size(metadata) <= 524288) not valid;
alter table rework.plan add constraint plan_metadata check (jsonb_typeof(metadata) = 'object') not valid;

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
  select o.id, strpos(o.inputs::text, '"x-secret"') > 0
    into known, secret
    from rework.operation o
   where o.domain = schedule.domain and o.name = schedule.operation
     and (schedule.host = '' or exists (select from rework.registration r
                                         where r.operation = o.id and r.host = schedule.host
                                           and r.retired_at is null));
  if known is null then
    raise exception 'unknown operation % in domain %', schedule.operation,
          schedule.domain || case when schedule.host = '' then '' else ' on host ' || schedule.host end
      using errcode = 'RW005', hint = 'register it with: rework register-operations';
  end if;
  if secret and schedule.input is not null then
    raise exception 'operation % takes a secret, which SQL cannot seal', schedule.operation
      using errcode = 'RW006', hint = 'schedule it with: rework schedule, or from Java';
  end if;
  insert into rework.task (operation, host, rank, run_at, state, input, metadata)
  values (known, schedule.host, -schedule.priority, coalesce(schedule.run_at, now()),
          case when due then 'queued' else 'scheduled' end,
          schedule.input, extra)
  returning id into made;
  if due then
    perform pg_notify('rework_ready', schedule.domain);
  end if;
  return made;
end
$$;

create or replace function rework.abort(task bigint, reason text default 'from SQL') returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  became text;
begin
  if length(abort.reason) > 2000 then
    raise exception 'a reason has at most 2000 characters, not %', length(abort.reason) using errcode = 'RW006';
  end if;
  update rework.task t
     set state = case when t.state in ('claimed', 'running') then 'aborting' else 'aborted' end,
         cause = case when t.state in ('claimed', 'running') then 'abort' else 'cancelled' end,
         reason = abort.reason,
         finished = case when t.state in ('claimed', 'running') then null else clock_timestamp() end
   where t.id = abort.task and t.state in ('scheduled', 'blocked', 'queued', 'claimed', 'running')
  returning t.state into became;
  if became is null then
    select t.state into became from rework.task t where t.id = abort.task;
    if became is null then
      raise exception 'unknown task %', abort.task using errcode = 'RW005';
    end if;
    return became;
  end if;
  insert into rework.audit (who, verb, target, detail)
  values (session_user, 'abort', 'task ' || abort.task, coalesce(abort.reason, ''));
  perform pg_notify(case became when 'aborting' then 'rework_kill' else 'rework_done' end, '');
  return became;
end
$$;

-- Forgets audit rows that are older, with the owner's rights: nobody else can delete any. Never those of the last 90 days,
-- and it leaves a row itself; the answer is how many.
create function rework.forget_audit(before timestamptz) returns bigint
language plpgsql security definer
set search_path = pg_catalog, pg_temp
as $$
declare
  gone bigint;
begin
  if before > clock_timestamp() - interval '90 days' then
    raise exception 'audit rows of the last 90 days are kept' using errcode = 'RW006';
  end if;
  delete from rework.audit a where a.at < before;
  get diagnostics gone = row_count;
  if gone > 0 then
    insert into rework.audit (who, verb, target, detail)
    values (session_user, 'vacuum', 'audit', gone || ' rows from before ' || before);
  end if;
  return gone;
end
$$;
revoke execute on function rework.forget_audit from public;
