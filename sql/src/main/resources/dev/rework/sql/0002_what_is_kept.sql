-- What is kept, and how it goes: what a worker used, what the moments of an input meant, lines of days that are over.

-- The newest readings of a worker, those of a dead one too, until its row goes.
create table rework.sample (
  worker      bigint not null references rework.worker on delete cascade,
  at          timestamptz not null default clock_timestamp(),
  memory_mb   integer not null,
  cpu_percent integer not null,
  primary key (worker, at)
);

-- By the path of each moment in the input: what it meant when the task first started. Later attempts take it from here.
alter table rework.task add column moments json;

-- The days before one that have a partition of lines, oldest first.
create function rework.log_days(before date) returns setof date
language sql stable
set search_path = pg_catalog, pg_temp
as $$
  select d.day
    from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
   cross join lateral (select to_date(substr(c.relname, 6), 'YYYY"m"MM"d"DD') as day) d
   where i.inhparent = to_regclass('rework.log')
     and c.relname ~ '^log_y[0-9]{4}m[0-9]{2}d[0-9]{2}$'
     and d.day < log_days.before
   order by d.day
$$;
revoke execute on function rework.log_days from public;

-- Drops the partition of a day, unless a task that is still there has lines in it. The survivors of an old day are few:
-- they are looked for among the tasks, by the ids that stand in the partition, and not line by line.
create function rework.drop_log_day(day date) returns boolean
language plpgsql security definer
set search_path = pg_catalog, pg_temp
set lock_timeout = '2s'
as $$
declare
  name text := to_char(day, '"log_y"YYYY"m"MM"d"DD');
  kept boolean;
begin
  perform pg_advisory_xact_lock(hashtextextended('rework.log', 0));
  if to_regclass('rework.' || name) is null then
    return false;
  end if;
  -- No line may come to it between the look and the end.
  execute format('lock table rework.%I in share mode', name);
  execute format('select exists (select from rework.task t'
                 ' where t.id >= (select min(l.task) from rework.%1$I l)'
                 '   and t.id <= (select max(l.task) from rework.%1$I l)'
                 '   and exists (select from rework.%1$I l where l.task = t.id))', name) into kept;
  if kept then
    return false;
  end if;
  execute format('drop table rework.%I', name);
  return true;
end
$$;
revoke execute on function rework.drop_log_day from public;

-- It looked at no task.
drop function rework.drop_log_days;
