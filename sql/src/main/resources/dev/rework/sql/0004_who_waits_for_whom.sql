-- A worker's task that waits, and after it those it waits for: who waits in a circle, or for what nobody is left to run, is
-- told so. Counts only as long as the first one runs there: an outage may have kept the worker from taking it back.
alter table rework.worker add column awaits bigint[] not null default '{}';
