-- The house: operations, registrations, tasks, logs, attempts, workers, monitors, plans.
-- Every stamp is the database's clock. A state says where a row stands; a cause says why it ended.

create sequence rework.task_id;
create sequence rework.log_id;

-- One row: what tells this database from another, whatever address leads to it.
create table rework.installation (
  id        uuid primary key default gen_random_uuid(),
  created   timestamptz not null default clock_timestamp(),
  one       boolean not null default true unique check (one)
);
insert into rework.installation default values;

create table rework.operation (
  id             bigint generated always as identity primary key,
  domain         text not null check (length(domain) between 1 and 200),
  name           text not null check (length(name) between 1 and 200),
  description    text not null default '',
  inputs         json,
  outputs        json,
  timeout_ms     bigint check (timeout_ms > 0),
  grace_ms       bigint not null default 0 check (grace_ms >= 0),
  retries        integer not null default 0 check (retries >= 0),
  backoff_ms     bigint not null default 1000 check (backoff_ms >= 0),
  max_backoff_ms bigint not null default 3600000 check (max_backoff_ms >= 0),
  on_crash       text not null default 'FAIL' check (on_crash in ('FAIL', 'RETRY')),
  priority       integer not null default 0,
  created        timestamptz not null default clock_timestamp(),
  unique (domain, name)
);

-- An operation on a host. Class, method and path inform people; no process loads code from them.
create table rework.registration (
  id            bigint generated always as identity primary key,
  operation     bigint not null references rework.operation,
  host          text not null check (length(host) between 1 and 200),
  class_name    text not null,
  method_name   text not null,
  path          text not null,
  sha256        text not null,
  registered_at timestamptz not null default clock_timestamp(),
  seen_at       timestamptz not null default clock_timestamp(),
  retired_at    timestamptz,
  unique (operation, host)
);
create index registration_host on rework.registration (host);

create table rework.monitor (
  id        bigint generated always as identity primary key,
  host      text not null,
  domain    text not null,
  pid       integer not null,
  pid_start bigint not null,
  boot_id   text not null default '',
  pid_space text not null default '',
  options   jsonb not null default '{}',
  started   timestamptz not null default clock_timestamp(),
  seen      timestamptz not null default clock_timestamp(),
  lease     timestamptz not null,
  ended     timestamptz
);
create unique index monitor_live on rework.monitor (host, domain) where ended is null;

create table rework.worker (
  id             bigint generated always as identity primary key,
  host           text not null,
  domain         text not null,
  monitor        bigint,
  pid            integer,
  pid_start      bigint,
  boot_id        text not null default '',
  pid_space      text not null default '',
  tag            uuid not null,
  state          text not null default 'starting'
                 check (state in ('starting', 'idle', 'busy', 'stopping', 'dead')),
  lease          timestamptz not null,
  holding        bigint[] not null default '{}',
  stop_requested timestamptz,
  kill_requested timestamptz,
  dump_requested timestamptz,
  request_reason text,
  memory_mb      integer not null default 0,
  cpu_percent    integer not null default 0,
  debug_port     integer,
  runs           bigint not null default 0,
  created        timestamptz not null default clock_timestamp(),
  started        timestamptz,
  finished       timestamptz,
  deathinfo      text,
  check ((state = 'dead') = (finished is not null)),
  check (state <> 'dead' or deathinfo is not null)
) with (fillfactor = 50);
create index worker_live on rework.worker (host, domain) where finished is null;
create index worker_finished on rework.worker (finished) where finished is not null;

create table rework.plan (
  id          bigint generated always as identity primary key,
  operation   bigint not null references rework.operation,
  host        text not null default '',
  rule        text not null,
  zone        text not null default 'UTC',
  input       json,
  raw_input   bytea,
  metadata    jsonb not null default '{}',
  missed      text not null default 'skip' check (missed in ('skip', 'once', 'all')),
  missed_max  integer not null default 100 check (missed_max between 1 and 10000),
  overlap     text not null default 'allow' check (overlap in ('allow', 'skip', 'queue')),
  jitter_ms   bigint not null default 0 check (jitter_ms between 0 and 31622400000),
  paused      boolean not null default false,
  declared    boolean not null default false,
  identity    bytea not null unique,
  last_fire   timestamptz not null default clock_timestamp(),
  last_task   bigint,
  fired       bigint not null default 0,
  skipped     bigint not null default 0,
  note        text,
  created     timestamptz not null default clock_timestamp()
) with (fillfactor = 70);
create index plan_operation on rework.plan (operation);

-- When a monitor last looked at the plans of a domain: what was due since then was missed by nobody.
create table rework.plan_watch (
  domain text primary key,
  seen   timestamptz not null
) with (fillfactor = 50);

-- `ready` and `waiting` are the only columns, besides the sort keys, that the hot indexes know:
-- with `state` in an index or a predicate no completion would be a HOT update.
create table rework.task (
  id          bigint primary key default nextval('rework.task_id'),
  operation   bigint not null references rework.operation,
  worker      bigint,
  parent      bigint,
  plan        bigint,
  token       bigint not null default 0,
  run_at      timestamptz not null default clock_timestamp(),
  queued      timestamptz not null default clock_timestamp(),
  started     timestamptz,
  finished    timestamptz,
  failed_at   timestamptz,
  fire_at     timestamptz,
  rank        integer not null default 0,
  attempt     integer not null default 0,
  cpu_ms      bigint,
  peak_mb     integer,
  ready       boolean generated always as (state = 'queued') stored,
  waiting     boolean generated always as (state = 'scheduled') stored,
  state       text not null,
  cause       text,
  host        text not null default '',
  reason      text,
  input       json,
  raw_input   bytea,
  output      json,
  raw_output  bytea,
  error       text,
  progress    json,
  metadata    jsonb not null default '{}',
  constraint task_state check (state in ('scheduled', 'blocked', 'queued', 'claimed', 'running',
                                         'aborting', 'done', 'failed', 'aborted')),
  constraint task_cause check (
    case state
      when 'failed' then cause is not null
           and cause in ('error', 'crash', 'memory', 'lost', 'expired', 'dependency')
      when 'aborted' then cause is not null and cause in ('abort', 'timeout', 'cancelled')
      when 'aborting' then cause is not null and cause in ('abort', 'timeout')
      else cause is null
    end),
  constraint task_ended check ((finished is not null) = (state in ('done', 'failed', 'aborted'))),
  constraint task_held check (worker is not null or state not in ('claimed', 'running', 'aborting'))
) with (fillfactor = 70,
        autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000,
        autovacuum_vacuum_insert_scale_factor = 0, autovacuum_vacuum_insert_threshold = 100000,
        autovacuum_analyze_scale_factor = 0, autovacuum_analyze_threshold = 50000);
alter sequence rework.task_id owned by rework.task.id;
create index task_ready on rework.task (operation, host, rank, run_at, id) where ready;
create index task_waiting on rework.task (run_at) where waiting;
create index task_finished on rework.task using brin (finished);
create index task_failed on rework.task (id) where failed_at is not null;
create index task_parent on rework.task (parent) where parent is not null;
create unique index task_fire on rework.task (plan, fire_at) where plan is not null;

-- A finished attempt other than the last one, which stands in the task itself.
create table rework.attempt (
  task      bigint not null references rework.task on delete cascade,
  attempt   integer not null,
  worker    bigint,
  cause     text not null,
  reason    text,
  error     text,
  started   timestamptz,
  finished  timestamptz not null default clock_timestamp(),
  cpu_ms    bigint,
  peak_mb   integer,
  primary key (task, attempt)
);

create table rework.dump (
  id      bigint generated always as identity primary key,
  task    bigint not null,
  attempt integer not null,
  taken   timestamptz not null default clock_timestamp(),
  content text not null
);
create index dump_task on rework.dump (task);

-- No foreign key: a line must never wait for, or be lost with, a row. Partitions are made ahead
-- by init-db and by monitors; the default one catches what has none.
create table rework.log (
  id      bigint not null default nextval('rework.log_id'),
  task    bigint not null,
  attempt integer not null,
  time    timestamptz not null,
  stream  text not null,
  level   text not null,
  logger  text not null default '',
  line    text not null
) partition by range (time);
alter sequence rework.log_id owned by rework.log.id;
create index log_task on rework.log (task, id);
create table rework.log_other partition of rework.log default;

-- The partition of a day (UTC), with the owner's rights: a monitor has none on the table itself.
-- Made aside and attached, which does not wait for writers. A day with lines in the default one keeps them there.
create function rework.make_log_day(day date) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
  name text := to_char(day, '"log_y"YYYY"m"MM"d"DD');
  low  timestamptz := day::timestamp at time zone 'UTC';
  high timestamptz := (day + 1)::timestamp at time zone 'UTC';
begin
  perform pg_advisory_xact_lock(hashtextextended('rework.log', 0));
  if to_regclass('rework.' || name) is not null
     or exists (select from rework.log_other l where l.time >= low and l.time < high) then
    return false;
  end if;
  execute format('create table rework.%I (like rework.log including defaults including constraints)', name);
  execute format('alter table rework.log attach partition rework.%I for values from (%L) to (%L)', name, low, high);
  return true;
end
$$;
revoke execute on function rework.make_log_day from public;

-- Drops the partitions of all days before one; the answer is how many.
create function rework.drop_log_days(before date) returns integer
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
  old     text;
  dropped integer := 0;
begin
  perform pg_advisory_xact_lock(hashtextextended('rework.log', 0));
  for old in
    select c.relname
      from pg_inherits i
      join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'rework.log'::regclass
       and c.relname ~ '^log_y[0-9]{4}m[0-9]{2}d[0-9]{2}$'
       and to_date(substr(c.relname, 6), 'YYYY"m"MM"d"DD') < drop_log_days.before
  loop
    execute format('drop table rework.%I', old);
    dropped := dropped + 1;
  end loop;
  return dropped;
end
$$;
revoke execute on function rework.drop_log_days from public;

create table rework.audit (
  id     bigint generated always as identity primary key,
  at     timestamptz not null default clock_timestamp(),
  who    text not null,
  verb   text not null,
  target text not null,
  detail text not null default ''
);

create view rework.tasks as
select t.id,
       o.name as operation,
       o.domain,
       t.host,
       case when t.state = 'claimed' then 'queued' else t.state end as state,
       t.cause,
       t.reason,
       -t.rank as priority,
       case when t.state = 'claimed' then t.attempt - 1 else t.attempt end as attempt,
       o.retries + 1 as max_attempts,
       t.queued,
       t.run_at,
       t.started,
       t.finished,
       t.started - greatest(t.queued, t.run_at) as waited,
       coalesce(t.finished, case when t.started is not null then clock_timestamp() end) - t.started as ran,
       case when t.state = 'claimed' then null else t.worker end as worker,
       t.parent,
       t.plan,
       t.fire_at,
       t.progress,
       t.metadata,
       t.error,
       t.cpu_ms,
       t.peak_mb
  from rework.task t
  join rework.operation o on o.id = t.operation;

-- A view reads as its owner: who may not read inputs gets nulls for them.
create view rework.plans as
select p.id,
       o.name as operation,
       o.domain,
       p.host,
       p.rule,
       p.zone,
       case when has_column_privilege('rework.plan', 'input', 'select') then p.input end as input,
       case when has_column_privilege('rework.plan', 'raw_input', 'select') then p.raw_input end as raw_input,
       p.metadata,
       p.missed,
       p.missed_max,
       p.overlap,
       p.jitter_ms,
       p.paused,
       p.declared,
       p.last_fire,
       p.last_task,
       p.fired,
       p.skipped,
       p.note,
       p.created
  from rework.plan p
  join rework.operation o on o.id = p.operation;

create function rework.schedule(
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
  known bigint;
  made  bigint;
  due   boolean := coalesce(schedule.run_at, now()) <= now();
begin
  select o.id into known
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
  insert into rework.task (operation, host, rank, run_at, state, input, metadata)
  values (known, schedule.host, -schedule.priority, coalesce(schedule.run_at, now()),
          case when due then 'queued' else 'scheduled' end,
          schedule.input, coalesce(schedule.metadata, '{}'))
  returning id into made;
  if due then
    perform pg_notify('rework_ready', schedule.domain);
  end if;
  return made;
end
$$;

-- How many tasks of a domain are due and wait for a worker, counted up to a bound.
create function rework.queue_depth(domain text, bound integer default 1001) returns integer
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select count(*)::integer
    from (select from rework.operation o
            cross join lateral (select from rework.task t
                                 where t.ready and t.operation = o.id limit bound) r
           where o.domain = queue_depth.domain
           limit bound) counted
$$;

-- Cancels what has not begun, asks for the end of what runs, and says what became of it.
create function rework.abort(task bigint, reason text default 'from SQL') returns text
language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
  became text;
begin
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
  values (session_user, 'abort', 'task ' || abort.task, abort.reason);
  perform pg_notify(case became when 'aborting' then 'rework_kill' else 'rework_done' end, '');
  return became;
end
$$;
