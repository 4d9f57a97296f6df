-- Group roles with the least rights that each kind of process needs; run by Schema.roles, may be run again.
-- Grant one of them to the login a process uses:  grant rework_monitor to the_monitors_login;
--
--   rework_owner      owns the schema: init-db, upgrades
--   rework_reader     lists and shows everything but inputs and outputs
--   rework_submitter  schedules, waits, reads outcomes and logs
--   rework_operator   the same, and aborts, stops workers, registers operations, prepares plans
--   rework_worker     what a worker writes, and what its tasks may do: schedule
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
                rework.attempt, rework.log
   to rework_reader, rework_submitter;
grant execute on function rework.queue_depth
   to rework_reader, rework_submitter;

grant select on rework.monitor, rework.worker, rework.sample, rework.dump, rework.audit, rework.plans, rework.plan_watch
   to rework_reader;
grant select (id, operation, worker, parent, plan, run_at, queued, started, finished, failed_at, fire_at, rank,
              attempt, cpu_ms, peak_mb, ready, waiting, state, cause, host, reason, error, progress, metadata)
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
grant select on rework.worker to rework_worker;
grant update (state, lease, holding, awaits, pid, started, finished, deathinfo, runs) on rework.worker to rework_worker;
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

-- Whoever acts leaves an audit row, and can leave it only in the name of the login that acts.
alter table rework.audit enable row level security;
drop policy if exists everything on rework.audit;
create policy everything on rework.audit for select using (true);
drop policy if exists own_name on rework.audit;
create policy own_name on rework.audit for insert
  with check (who = session_user or starts_with(who, session_user || '/'));
