-- Group roles with the least rights that each kind of process needs; run by Schema.roles, may be run again.
-- Grant one of them to the login a process uses:  grant rework_monitor to the_monitors_login;
--
--   rework_owner      owns the schema: init-db, upgrades
--   rework_reader     lists and shows everything but inputs and outputs
--   rework_submitter  schedules, waits, reads outcomes and logs; other logins' tasks do not exist for it
--   rework_operator   the same for all, and aborts, stops workers, registers operations, prepares plans
--   rework_worker     what a worker writes into the tasks it holds, and what its tasks may do: schedule
--   rework_monitor    the same, and starts, watches and ends workers, keeps logs, fires plans, purges

do $$
declare
  name text;
begin
  foreach name in array array['rework_owner', 'rework_reader', 'rework_submitter',
                              'rework_operator', 'rework_worker', 'rework_monitor'] loop
    if not exists (select from pg_catalog.pg_roles where rolname = name) then
      execute format('create role %I nologin', name);
    end if;
  end loop;
end
$$;

-- Who installs stays able to upgrade. A superuser is a member of every role already.
do $$
begin
  if not pg_catalog.pg_has_role('rework_owner', 'usage') then
    execute format('grant rework_owner to %I', current_user);
  end if;
end
$$;

-- Whose a task is: the login that asked for it. Kept where there are roles alone; older tasks are nobody's.
alter table rework.task add column if not exists submitter text;
alter table rework.task alter column submitter set default current_user;

-- Which worker this session is: it says its number and the tag that its monitor gave it, which no other role can read.
create or replace function rework.this_worker() returns bigint
language sql stable security definer
set search_path = pg_catalog, pg_temp
as $$
  select w.id
    from rework.worker w
   where w.id = nullif(split_part(current_setting('rework.worker', true), ':', 1), '')::bigint
     and w.tag::text = split_part(current_setting('rework.worker', true), ':', 2)
     and w.finished is null
$$;

-- A view reads as its owner, from whom no row is kept. Before 15 it cannot be told to read as who asks.
do $$
begin
  if current_setting('server_version_num')::integer >= 150000 then
    alter view rework.tasks set (security_invoker = true);
  elsif pg_get_viewdef('rework.tasks'::regclass) !~ 'submitter' then
    execute 'create or replace view rework.tasks with (security_barrier) as '
            || rtrim(pg_get_viewdef('rework.tasks'::regclass), ';')
            || ' where t.submitter = current_user or has_table_privilege(''rework.worker'', ''select'')'
            || ' or has_any_column_privilege(''rework.worker'', ''select'')';
  end if;
end
$$;

-- What a submitter reads instead of the lines of all tasks. No policy on the log: into a table with one nothing is copied.
create or replace view rework.lines with (security_barrier) as
select l.id, l.task, l.attempt, l.time, l.stream, l.level, l.logger, l.line
  from rework.log l
 where exists (select from rework.task t where t.id = l.task and t.submitter = current_user);

-- First, since who owns a table must be allowed to make one in its schema.
alter schema rework owner to rework_owner;

do $$
declare
  thing record;
begin
  for thing in
    select c.oid::regclass as name,
           case c.relkind when 'S' then 'sequence' when 'v' then 'view' else 'table' end as kind
      from pg_catalog.pg_class c
     where c.relnamespace = 'rework'::regnamespace
       and c.relkind in ('r', 'p', 'v', 'S')
       and c.relowner <> 'rework_owner'::regrole
       and not exists (select from pg_catalog.pg_depend d
                        where d.objid = c.oid and d.deptype in ('a', 'i') and c.relkind = 'S')
  loop
    execute format('alter %s %s owner to rework_owner', thing.kind, thing.name);
  end loop;
  for thing in
    select p.oid::regprocedure as name
      from pg_catalog.pg_proc p
     where p.pronamespace = 'rework'::regnamespace
  loop
    execute format('alter function %s owner to rework_owner', thing.name);
    execute format('revoke execute on function %s from public', thing.name);
  end loop;
end
$$;

revoke all on schema rework from public;
grant usage on schema rework
   to rework_reader, rework_submitter, rework_operator, rework_worker, rework_monitor;

grant select on rework.schema_version, rework.installation, rework.operation, rework.registration, rework.tasks,
                rework.attempt
   to rework_reader, rework_submitter;
revoke select on rework.log from rework_submitter;
grant select on rework.log to rework_reader, rework_worker;
grant select on rework.lines to rework_reader, rework_submitter;
grant execute on function rework.queue_depth
   to rework_reader, rework_submitter;

grant select on rework.monitor, rework.sample, rework.dump, rework.audit, rework.plans, rework.plan_watch
   to rework_reader;
-- All but the tag, by which a worker is known.
revoke select on rework.worker from rework_reader, rework_worker;
grant select (id, host, domain, monitor, pid, pid_start, boot_id, pid_space, state, lease, holding, stop_requested,
              kill_requested, dump_requested, request_reason, memory_mb, cpu_percent, debug_port, runs, created, started,
              finished, deathinfo, awaits, session)
   on rework.worker to rework_reader, rework_worker;
grant select (id, operation, worker, parent, plan, run_at, queued, started, finished, failed_at, fire_at, rank,
              attempt, cpu_ms, peak_mb, ready, waiting, state, cause, host, reason, error, progress, metadata, submitter)
   on rework.task to rework_reader;
grant select (id, operation, host, rule, zone, metadata, missed, missed_max, overlap, jitter_ms, paused, declared,
              last_fire, last_task, fired, skipped, note, created)
   on rework.plan to rework_reader;

-- What may be inserted cannot say that a task ran: the CHECKs ask for a worker or an end, which cannot be given.
grant select on rework.task to rework_submitter;
grant insert (id, token, operation, host, rank, run_at, state, input, raw_input, metadata, parent)
   on rework.task to rework_submitter;
grant insert (who, verb, target, detail, host) on rework.audit to rework_submitter;
grant usage on sequence rework.task_id to rework_submitter;
grant execute on function rework.schedule to rework_submitter;

grant rework_reader, rework_submitter to rework_operator;
grant update (state, cause, reason, finished, failed_at) on rework.task to rework_operator;
grant update (stop_requested, kill_requested, dump_requested, request_reason) on rework.worker to rework_operator;
grant select, insert, update, delete on rework.plan to rework_operator;
grant insert (plan) on rework.task to rework_operator;
grant insert, update on rework.operation, rework.registration to rework_operator;
grant execute on function rework.abort to rework_operator;

grant rework_submitter to rework_worker;
grant update (state, cause, reason, worker, attempt, run_at, started, finished, failed_at, output, raw_output, error,
              progress, cpu_ms, peak_mb, moments)
   on rework.task to rework_worker;
grant execute on function rework.this_worker to rework_worker, rework_monitor;
grant update (state, lease, holding, awaits, session, pid, started, finished, deathinfo, runs) on rework.worker to rework_worker;
grant insert on rework.attempt to rework_worker;

grant rework_reader, rework_worker to rework_monitor;
grant select, insert, update, delete on rework.monitor, rework.worker to rework_monitor;
grant insert, delete on rework.sample to rework_monitor;
grant update, delete on rework.task to rework_monitor;
grant insert (plan, fire_at, finished, failed_at, cause, reason) on rework.task to rework_monitor;
grant insert, delete on rework.log, rework.dump to rework_monitor;
grant usage on sequence rework.log_id to rework_monitor;
grant select, update on rework.plan to rework_monitor;
grant select, insert, update on rework.plan_watch to rework_monitor;
grant execute on function rework.make_log_day, rework.log_days, rework.drop_log_day, rework.forget_audit to rework_monitor;

-- A submitter sees the tasks it asked for. An operator ends what has not ended, and changes nothing else. A worker takes
-- what waits, and writes into what it holds. The constants fold: whom no row is kept from pays nothing.
alter table rework.task enable row level security;
drop policy if exists seen on rework.task;
create policy seen on rework.task for select to rework_reader, rework_worker using (true);
drop policy if exists own on rework.task;
create policy own on rework.task for select to rework_submitter using (submitter = current_user);
drop policy if exists made on rework.task;
create policy made on rework.task for insert to rework_submitter
  with check (id > 0);
drop policy if exists ended on rework.task;
create policy ended on rework.task for update to rework_operator
  using (state in ('scheduled', 'blocked', 'queued', 'claimed', 'running'))
  with check (state in ('aborting', 'aborted', 'failed'));
drop policy if exists held on rework.task;
create policy held on rework.task for update to rework_worker
  using (state in ('scheduled', 'queued') or (finished is null and worker = (select rework.this_worker())))
  with check (worker = (select rework.this_worker())
              or (worker is null and (state in ('scheduled', 'queued') or (state = 'aborted' and cause = 'cancelled'))));
drop policy if exists kept on rework.task;
create policy kept on rework.task to rework_monitor using (true) with check (true);

alter table rework.worker enable row level security;
drop policy if exists seen on rework.worker;
create policy seen on rework.worker for select to rework_reader, rework_worker using (true);
drop policy if exists asked on rework.worker;
create policy asked on rework.worker for update to rework_operator using (true) with check (true);
drop policy if exists itself on rework.worker;
create policy itself on rework.worker for update to rework_worker
  using (id = (select rework.this_worker())) with check (true);
drop policy if exists kept on rework.worker;
create policy kept on rework.worker to rework_monitor using (true) with check (true);

alter table rework.attempt enable row level security;
drop policy if exists seen on rework.attempt;
create policy seen on rework.attempt for select to rework_reader, rework_worker using (true);
drop policy if exists own on rework.attempt;
create policy own on rework.attempt for select to rework_submitter
  using (exists (select from rework.task t where t.id = attempt.task));
drop policy if exists itself on rework.attempt;
create policy itself on rework.attempt for insert to rework_worker
  with check (worker = (select rework.this_worker()));
drop policy if exists kept on rework.attempt;
create policy kept on rework.attempt to rework_monitor using (true) with check (true);

-- Whoever acts leaves an audit row, and can leave it only in the name of the login that acts.
alter table rework.audit enable row level security;
drop policy if exists everything on rework.audit;
create policy everything on rework.audit for select using (true);
drop policy if exists own_name on rework.audit;
create policy own_name on rework.audit for insert
  with check (who = session_user or starts_with(who, session_user || '/'));
