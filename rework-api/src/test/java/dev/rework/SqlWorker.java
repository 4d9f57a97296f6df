package dev.rework;

import dev.rework.embedded.TestDatabase;
import org.jspecify.annotations.Nullable;

/** Stands for a worker, by SQL: for tests of clients alone. */
final class SqlWorker {
    private final TestDatabase db;

    SqlWorker(TestDatabase db) {
        this.db = db;
    }

    static SqlWorker on(TestDatabase db) {
        return new SqlWorker(db);
    }

    /** Makes an operation, served by the hosts. */
    void serve(String domain, String name, String... hosts) {
        Long id = db.one(
                Long.class, "insert into rework.operation (domain, name) values (?, ?) returning id", domain, name);
        for (String host : hosts) {
            db.update("""
                    insert into rework.registration (operation, host, class_name, method_name, path, sha256)
                    values (?, ?, 'C', 'm', '/p', '0')
                    """, id, host);
        }
    }

    void claim(long id) {
        db.update("""
                with me as (
                  insert into rework.worker (host, domain, tag, lease, holding)
                  values ('h', 'd', gen_random_uuid(), clock_timestamp(), array[?::bigint])
                  returning id, holding
                )
                update rework.task t set state = 'claimed', worker = me.id, attempt = t.attempt + 1
                  from me
                 where t.id = any (me.holding)
                """, id);
    }

    void begin(long id) {
        db.update(
                "update rework.task set state = 'running', worker = coalesce(worker, 1),"
                        + " started = clock_timestamp() where id = ?",
                id);
    }

    void done(long id, @Nullable String output) {
        db.update("""
                update rework.task set state = 'done', finished = clock_timestamp(), output = ?::json where id = ?
                """, output, id);
        db.one(String.class, "select pg_notify('rework_done', '')::text");
    }

    void doneSilently(long id) {
        db.update("update rework.task set state = 'done', finished = clock_timestamp() where id = ?", id);
    }

    void failed(long id, String error) {
        db.update("""
                update rework.task
                   set state = 'failed', cause = 'error', finished = clock_timestamp(), error = ?, reason = 'it broke'
                 where id = ?
                """, error, id);
        db.one(String.class, "select pg_notify('rework_done', '')::text");
    }
}
