package dev.rework.monitor;

import dev.rework.internal.HandCell.Begun;
import dev.rework.internal.db.LogCopy;
import dev.rework.internal.db.LogCopy.Line;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Stores captured lines in their order, in batches, on one connection and in one thread. Readers wait while it is slow, so
 * that whoever prints is slowed and nothing is lost; while the database is out of reach they do not: then lines are
 * dropped, and their number is stored later.
 */
final class LogWriter implements AutoCloseable {

    private static final int QUEUE_LINES = 20_000;
    private static final long QUEUE_BYTES = 32L << 20;
    private static final int BATCH = 4_000;
    private static final long LINGER_NANOS = TimeUnit.MILLISECONDS.toNanos(40);
    private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final long BACKOFF_MILLIS = 200;
    private static final long LAST_BACKOFF_MILLIS = 5_000;

    private final DataSource database;
    private final MonitorListener listener;
    private final Deque<Entry> queue = new ArrayDeque<>();
    private final Map<Begun, Long> shed = new LinkedHashMap<>();
    private final Thread thread = new Thread(this::write, "rework-log");
    private long bytes;
    private int marks;
    private long troubleSince;
    private boolean closing;
    private long closeBy;
    private int storedLines;
    private @Nullable Unsure unsure;
    private @Nullable Connection connection;

    /** Lines, the first of the next batch, that were sent in a transaction whose end is not known. */
    private record Unsure(String transaction, int lines) {}

    /** A line, or something to do once all lines before it are stored. */
    private record Entry(@Nullable Line line, @Nullable Runnable then) {}

    LogWriter(DataSource database, MonitorListener listener) {
        this.database = database;
        this.listener = listener;
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Queues a line; waits while the queue is full and the database answers. */
    synchronized void put(Line line) {
        while (isFull() && !isShedding() && !closing) {
            await(50);
        }
        if (isFull()) {
            shed.merge(new Begun(line.task(), line.attempt()), 1L, Long::sum);
            return;
        }
        queue.addLast(new Entry(line, null));
        bytes += size(line);
        if (queue.size() == 1 || queue.size() == BATCH) {
            notifyAll();
        }
    }

    /** Runs something, soon, once all lines queued so far are stored. */
    synchronized void then(Runnable action) {
        queue.addLast(new Entry(null, action));
        marks++;
        notifyAll();
    }

    /** Stores what is queued, for a few seconds at most, and ends. */
    @Override
    public void close() {
        synchronized (this) {
            closing = true;
            closeBy = System.nanoTime() + PATIENCE_NANOS;
            notifyAll();
        }
        try {
            thread.join(TimeUnit.NANOSECONDS.toMillis(2 * PATIENCE_NANOS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isFull() {
        return queue.size() >= QUEUE_LINES || bytes >= QUEUE_BYTES;
    }

    private boolean isShedding() {
        return troubleSince != 0 && System.nanoTime() - troubleSince > PATIENCE_NANOS;
    }

    private void write() {
        long backoff = BACKOFF_MILLIS;
        try {
            for (List<Entry> batch = next(); !batch.isEmpty(); batch = next()) {
                int stored = store(batch);
                done(batch.subList(0, stored), stored == batch.size());
                if (stored == batch.size()) {
                    backoff = BACKOFF_MILLIS;
                } else {
                    requeue(batch.subList(stored, batch.size()));
                    backoff = Math.min(2 * backoff, LAST_BACKOFF_MILLIS);
                    pause(backoff);
                }
            }
        } finally {
            disconnect();
        }
    }

    /** Waits for the first entry, then a moment for more; empty at the end. */
    private synchronized List<Entry> next() {
        while (queue.isEmpty() && !closing) {
            await(1000);
        }
        long until = System.nanoTime() + LINGER_NANOS;
        while (marks == 0 && queue.size() < BATCH && !closing && System.nanoTime() < until) {
            await(TimeUnit.NANOSECONDS.toMillis(LINGER_NANOS) / 4 + 1);
        }
        if (closing && (System.nanoTime() > closeBy || isShedding())) {
            return List.of();
        }
        List<Entry> batch = new ArrayList<>(Math.min(queue.size(), BATCH));
        while (!queue.isEmpty() && batch.size() < BATCH) {
            Entry entry = queue.removeFirst();
            bytes -= size(entry.line);
            marks -= entry.then == null ? 0 : 1;
            batch.add(entry);
        }
        notifyAll();
        return batch;
    }

    private synchronized void requeue(List<Entry> batch) {
        for (int i = batch.size() - 1; i >= 0; i--) {
            Entry entry = batch.get(i);
            queue.addFirst(entry);
            bytes += size(entry.line);
            marks += entry.then == null ? 0 : 1;
        }
        if (troubleSince == 0) {
            troubleSince = System.nanoTime();
        }
        notifyAll();
    }

    private void done(List<Entry> batch, boolean healthy) {
        if (healthy) {
            tellWhatWasShed();
        }
        batch.stream().map(Entry::then).forEach(action -> {
            if (action != null) {
                action.run();
            }
        });
    }

    private synchronized void tellWhatWasShed() {
        troubleSince = 0;
        shed.forEach((task, count) -> queue.addLast(
                new Entry(LogCap.dropped(task.task(), task.attempt(), System.currentTimeMillis(), count), null)));
        shed.clear();
    }

    /** Stores a batch as far as it can; the answer is how many of its entries need not be tried again. */
    private int store(List<Entry> batch) {
        List<Line> lines = new ArrayList<>(batch.size());
        for (Entry entry : batch) {
            if (entry.line != null) {
                lines.add(entry.line);
            }
        }
        storedLines = 0;
        try {
            resolve();
            copy(lines.subList(storedLines, lines.size()));
            return batch.size();
        } catch (SQLException e) {
            disconnect();
            listener.details("lines wait: " + e.getMessage());
            return entriesBefore(batch, storedLines);
        }
    }

    /** The first lines of this batch were sent before, and the answer was lost: were they stored? */
    private void resolve() throws SQLException {
        Unsure before = unsure;
        if (before == null) {
            return;
        }
        switch (LogCopy.fate(connection(), before.transaction)) {
            case COMMITTED -> storedLines = before.lines;
            case ABORTED -> storedLines = 0;
            case OPEN -> throw new SQLException("a transaction that nobody listens to is not over yet", "08006");
        }
        unsure = null;
    }

    private static int entriesBefore(List<Entry> batch, int lines) {
        int entries = 0;
        int passed = 0;
        while (entries < batch.size() && (batch.get(entries).line == null || passed < lines)) {
            passed += batch.get(entries).line == null ? 0 : 1;
            entries++;
        }
        return entries;
    }

    /** One line that the database does not take must not hold up the others. */
    private void copy(List<Line> lines) throws SQLException {
        if (lines.isEmpty()) {
            return;
        }
        try {
            LogCopy.copy(connection(), lines);
            storedLines += lines.size();
        } catch (LogCopy.CommitUnknown e) {
            // From the next try on, these lines are the first of the batch.
            unsure = new Unsure(e.transaction(), lines.size());
            throw e;
        } catch (SQLException e) {
            String state = e.getSQLState();
            if (state == null || !state.startsWith("22") && !state.startsWith("23")) {
                throw e;
            }
            connection().rollback();
            if (lines.size() == 1) {
                listener.says("a line of task " + lines.get(0).task() + " is not stored: " + e.getMessage());
                storedLines++;
                return;
            }
            copy(lines.subList(0, lines.size() / 2));
            copy(lines.subList(lines.size() / 2, lines.size()));
        }
    }

    private Connection connection() throws SQLException {
        Connection now = connection;
        if (now == null) {
            now = database.getConnection();
            now.setAutoCommit(false);
            connection = now;
        }
        return now;
    }

    private void disconnect() {
        try {
            if (connection != null) {
                connection.close();
            }
        } catch (SQLException e) {
            listener.details("closing the log's connection: " + e.getMessage());
        }
        connection = null;
    }

    private static long size(@Nullable Line line) {
        return line == null ? 0 : 2L * line.text().length() + 100;
    }

    private synchronized void pause(long millis) {
        long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (System.nanoTime() < until && !(closing && System.nanoTime() > closeBy)) {
            await(Math.max(1, TimeUnit.NANOSECONDS.toMillis(until - System.nanoTime())));
        }
    }

    /** With the monitor held. */
    private void await(long millis) {
        try {
            wait(millis);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            closing = true;
        }
    }
}
