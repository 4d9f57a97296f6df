package dev.rework.internal.db;

import dev.rework.LogLine;
import java.util.List;
import java.util.Map;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.generic.GenericType;
import org.jdbi.v3.core.statement.UnableToExecuteStatementException;
import org.jspecify.annotations.Nullable;

/** Table {@code log} for readers. Threads may share it. */
public final class LogStore {
    private static final String LINES = """
            select id, task, attempt, time, stream, level, logger, line
              from rework.log
             where task = :task and id > :after
             order by id
             limit :limit
            """;

    private static final String TAIL = """
            select last.id, last.task, last.attempt, last.time, last.stream, last.level, last.logger, last.line
              from (select id, task, attempt, time, stream, level, logger, line
                      from rework.log
                     where task = :task
                     order by id desc
                     limit :count) last
             order by last.id
            """;

    private static final String OWN_LINES = """
            select id, task, attempt, time, stream, level, logger, line
              from rework.lines
             where task = :task and id > :after
             order by id
             limit :limit
            """;

    private static final String OWN_TAIL = """
            select last.id, last.task, last.attempt, last.time, last.stream, last.level, last.logger, last.line
              from (select id, task, attempt, time, stream, level, logger, line
                      from rework.lines
                     where task = :task
                     order by id desc
                     limit :count) last
             order by last.id
            """;

    private static final String OWN_COUNTS = """
            select task, count(*) as lines
              from rework.lines
             where task = any (:tasks)
             group by task
            """;

    // Where there are roles, who may only schedule reads the lines of its own tasks, through a view.
    private static final String SEES_ALL = """
            select has_table_privilege('rework.log', 'select') or to_regclass('rework.lines') is null
            """;

    private static final String COUNTS = """
            select task, count(*) as lines
              from rework.log
             where task = any (:tasks)
             group by task
            """;

    private final Jdbi jdbi;
    private volatile @Nullable Boolean seesAll;

    /** On these connections. */
    public LogStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** Lines of a task with an id above {@code after}, in order, at most {@code limit}. */
    public List<LogLine> lines(long task, long after, int limit) {
        return read((handle, all) -> handle.createQuery(all ? LINES : OWN_LINES)
                .bind("task", task)
                .bind("after", after)
                .bind("limit", limit)
                .map(TaskRows::line)
                .list());
    }

    /** The last {@code count} lines of a task, in order. */
    public List<LogLine> tail(long task, int count) {
        return read((handle, all) -> handle.createQuery(all ? TAIL : OWN_TAIL)
                .bind("task", task)
                .bind("count", count)
                .map(TaskRows::line)
                .list());
    }

    /** How many lines each of these tasks has; those without any are left out. */
    public Map<Long, Long> counts(List<Long> tasks) {
        return read((handle, all) -> handle.createQuery(all ? COUNTS : OWN_COUNTS)
                .bindArray("tasks", Long.class, tasks)
                .setMapKeyColumn("task")
                .setMapValueColumn("lines")
                .collectInto(new GenericType<Map<Long, Long>>() {}));
    }

    /** A query of all lines, or of one's own. */
    @FunctionalInterface
    private interface Query<T> {
        T on(Handle handle, boolean all);
    }

    private <T> T read(Query<T> query) {
        try {
            return jdbi.withHandle(handle -> query.on(handle, seesAll(handle)));
        } catch (UnableToExecuteStatementException e) {
            if (!Boolean.TRUE.equals(seesAll) || !Database.isForbidden(e)) {
                throw e;
            }
            // Rights change while we run: init-db --roles leaves those who may only schedule their own lines.
            seesAll = null;
            return jdbi.withHandle(handle -> query.on(handle, seesAll(handle)));
        }
    }

    private boolean seesAll(Handle handle) {
        Boolean known = seesAll;
        if (known == null) {
            known = handle.createQuery(SEES_ALL).mapTo(Boolean.class).one();
            seesAll = known;
        }
        return known;
    }
}
