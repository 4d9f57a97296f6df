package dev.rework.internal.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes tasks, each exactly once also when the connection breaks at its commit. Threads may share it. */
public final class Scheduler implements AutoCloseable {
    private final Database database;
    private final Notifier notifier;
    private final TaskIds ids = new TaskIds();

    /** On this database. */
    public Scheduler(Database database) {
        this.database = database;
        this.notifier = new Notifier(database);
    }

    /** A step of the repeated insert: what to do on a connection with this id. */
    @FunctionalInterface
    private interface Insert {
        boolean into(Connection connection, long id) throws SQLException;
    }

    /** Makes one task in a transaction of its own; its id. */
    public long schedule(NewTask task, NewTask.Input input) {
        if (!task.due() || notifier.takeTurn(task.domain())) {
            return insert(
                    "schedule a task",
                    task.token(),
                    (connection, id) -> Enqueue.oneAndNotify(connection, id, task, input));
        }
        long made =
                insert("schedule a task", task.token(), (connection, id) -> Enqueue.one(connection, id, task, input));
        notifier.later(task.domain());
        return made;
    }

    /** Makes a task like this finished one, with this token; 0 when there is no such. Leaves an audit row. */
    public long again(long original, long token) {
        long[] id = {0};
        return database.call("retry task " + original, connection -> {
            while (true) {
                if (id[0] == 0) {
                    id[0] = ids.next(connection);
                }
                if (copy(connection, id[0], token, original) || Enqueue.ours(connection, token, id[0]) == 1) {
                    return id[0];
                }
                if (!Enqueue.isTaken(connection, id[0])) {
                    return 0L;
                }
                id[0] = 0;
            }
        });
    }

    private static boolean copy(Connection connection, long id, long token, long original) throws SQLException {
        return whole(connection, () -> {
            boolean copied = Enqueue.copy(connection, id, token, original);
            if (copied) {
                Audit.record(connection, "retry", "task " + original, "task " + id);
            }
            return copied;
        });
    }

    private long insert(String what, long token, Insert insert) {
        long[] id = {0};
        return database.call(what, connection -> {
            while (true) {
                if (id[0] == 0) {
                    id[0] = ids.next(connection);
                }
                if (insert.into(connection, id[0]) || Enqueue.ours(connection, token, id[0]) == 1) {
                    return id[0];
                }
                id[0] = 0;
            }
        });
    }

    /** Makes a task per input, all or none, in one transaction; their ids, in that order. */
    public long[] scheduleAll(NewTask task, List<@Nullable String> inputs) {
        if (inputs.isEmpty()) {
            return new long[0];
        }
        boolean wakes = notifier.takeTurn(task.domain());
        long[][] reserved = {new long[0]};
        long[] made = database.call("schedule " + inputs.size() + " tasks", connection -> {
            while (true) {
                if (reserved[0].length == 0) {
                    reserved[0] = TaskIds.reserve(connection, inputs.size());
                }
                if (all(connection, reserved[0], task, inputs, wakes)) {
                    return reserved[0];
                }
                reserved[0] = new long[0];
            }
        });
        if (!wakes) {
            notifier.later(task.domain());
        }
        return made;
    }

    private static boolean all(
            Connection connection, long[] ids, NewTask task, List<@Nullable String> inputs, boolean wakes)
            throws SQLException {
        try {
            return whole(connection, () -> {
                Enqueue.many(connection, ids, task, inputs);
                if (wakes) {
                    Enqueue.ready(connection, task.domain());
                }
                return true;
            });
        } catch (SQLException e) {
            if (!Enqueue.isTaken(e)) {
                throw e;
            }
            return Enqueue.ours(connection, task.token(), ids) == ids.length;
        }
    }

    /** A step that answers whether it succeeded. */
    @FunctionalInterface
    private interface Step {
        boolean done() throws SQLException;
    }

    /** Does it in a transaction that is committed when it succeeded. */
    private static boolean whole(Connection connection, Step step) throws SQLException {
        connection.setAutoCommit(false);
        try {
            boolean whole = step.done();
            if (whole) {
                connection.commit();
            } else {
                connection.rollback();
            }
            return whole;
        } catch (SQLException | RuntimeException e) {
            if (!Database.isLost(e)) {
                connection.rollback();
            }
            throw e;
        } finally {
            if (!connection.isClosed()) {
                connection.setAutoCommit(true);
            }
        }
    }

    /** Makes a task in the caller's transaction. */
    public long scheduleIn(Connection connection, NewTask task, NewTask.Input input) throws SQLException {
        while (true) {
            long id = ids.next(connection);
            if (Enqueue.oneAndNotify(connection, id, task, input)) {
                return id;
            }
        }
    }

    /** Makes a task per input in the caller's transaction. */
    public long[] scheduleAllIn(Connection connection, NewTask task, List<@Nullable String> inputs)
            throws SQLException {
        long[] made = TaskIds.reserve(connection, inputs.size());
        Enqueue.many(connection, made, task, inputs);
        if (made.length > 0) {
            Enqueue.ready(connection, task.domain());
        }
        return made;
    }

    /** Sends the last wake-ups. */
    @Override
    public void close() {
        notifier.close();
    }
}
