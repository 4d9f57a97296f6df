package dev.rework.cli;

import dev.rework.embedded.TestDatabase;
import java.time.Instant;

/** Rows as rework's processes would have left them. */
final class Rows {
    private Rows() {}

    /** An operation, registered on a host. */
    static long operation(TestDatabase db, String domain, String name, String inputs) {
        long id = db.number(
                "insert into rework.operation (domain, name, inputs, timeout_ms) values (?, ?, ?::json, 61000) returning id",
                domain,
                name,
                inputs);
        db.update(
                "insert into rework.registration (operation, host, class_name, method_name, path, sha256)"
                        + " values (?, ?, 'x.Ops', ?, '/jars/ops.jar', 'ab')",
                id,
                Ran.HOST,
                name);
        return id;
    }

    static long queued(TestDatabase db, long operation) {
        return db.number("insert into rework.task (operation, state) values (?, 'queued') returning id", operation);
    }

    static long running(TestDatabase db, long operation, long worker) {
        return db.number(
                "insert into rework.task (operation, state, worker, attempt, started)"
                        + " values (?, 'running', ?, 1, clock_timestamp()) returning id",
                operation,
                worker);
    }

    static long failed(TestDatabase db, long operation, String error) {
        return db.number(
                "insert into rework.task (operation, state, cause, reason, error, attempt, started, finished, failed_at)"
                        + " values (?, 'failed', 'error', 'it went wrong', ?, 1, clock_timestamp(), clock_timestamp(),"
                        + " clock_timestamp()) returning id",
                operation,
                error);
    }

    static void done(TestDatabase db, long task, String output) {
        db.update(
                "update rework.task set state = 'done', output = ?::json, attempt = 1,"
                        + " started = coalesce(started, clock_timestamp()), finished = clock_timestamp() where id = ?",
                output,
                task);
    }

    static void line(TestDatabase db, long task, String stream, String level, String text) {
        db.update(
                "insert into rework.log (task, attempt, time, stream, level, logger, line)"
                        + " values (?, 1, ?::timestamptz, ?, ?, case when ? = 'log' then 'shop.Till' else '' end, ?)",
                task,
                Instant.parse("2026-11-28T16:08:27Z").toString(),
                stream,
                level,
                stream,
                text);
    }

    static long worker(TestDatabase db, String state) {
        boolean dead = state.equals("dead");
        return db.number(
                "insert into rework.worker (host, domain, pid, tag, state, lease, started, finished, deathinfo, memory_mb)"
                        + " values ('h1', 'default', 8862, gen_random_uuid(), ?, clock_timestamp() + interval '1 h',"
                        + " clock_timestamp(), case when ? then clock_timestamp() end,"
                        + " case when ? then 'killed: enough' end, 50) returning id",
                state,
                dead,
                dead);
    }

    static long monitor(TestDatabase db, String domain, String lease) {
        return db.number(
                "insert into rework.monitor (host, domain, pid, pid_start, options, lease)"
                        + " values (?, ?, 4711, 1, '{\"maxworkers\": 2, \"minworkers\": 1}',"
                        + " clock_timestamp() + ?::interval) returning id",
                Ran.HOST,
                domain,
                lease);
    }
}
