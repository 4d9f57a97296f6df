-- Whatever was written between the last two steps is mended as well, and what was too large to be; then all rows are known to
-- keep to it. Readers and writers go on meanwhile.
select rework.mend_rows(true);
drop function rework.mend_rows;

-- The locks are such that nobody waits for them, or behind them, but an autovacuum, which is ended for them.
set local lock_timeout = '5s';
alter table rework.plan_watch validate constraint plan_watch_seen;
alter table rework.plan validate constraint plan_sizes, validate constraint plan_metadata, validate constraint plan_last_fire;
alter table rework.monitor validate constraint monitor_sane;
alter table rework.operation validate constraint operation_limits;
alter table rework.worker validate constraint worker_sane;
alter table rework.task validate constraint task_sizes, validate constraint task_metadata, validate constraint task_moments,
  validate constraint task_numbers;
do $$
begin
  if exists (select from pg_catalog.pg_constraint c
              where c.conrelid = 'rework.task'::regclass and c.conname = 'task_id') then
    alter table rework.task validate constraint task_id;
  end if;
end
$$;
-- For what follows in this transaction.
set local lock_timeout = '500ms';
