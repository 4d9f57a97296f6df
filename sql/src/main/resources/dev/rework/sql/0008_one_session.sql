-- Which of its process's connections a worker speaks on now. A statement of an earlier one that arrives late, or was still at
-- it, neither claims nor settles nor gives back.
alter table rework.worker add column session integer not null default 0;
