package dev.rework.internal.db;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Wakes the workers of domains, at most every 10 ms each: a NOTIFY in every insert's transaction would make commits
 * queue for one lock of the server. A wake-up that is lost costs a poll, nothing else. Threads may share it.
 */
final class Notifier implements AutoCloseable {
    private static final long APART_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private final Database database;
    private final Map<String, Long> lastSent = new HashMap<>();
    private final Set<String> pending = new LinkedHashSet<>();
    private final ScheduledThreadPoolExecutor later;

    Notifier(Database database) {
        this.database = database;
        this.later = new ScheduledThreadPoolExecutor(1, run -> {
            Thread thread = new Thread(run, "rework-notifier");
            thread.setDaemon(true);
            return thread;
        });
        later.setKeepAliveTime(5, TimeUnit.SECONDS);
        later.allowCoreThreadTimeOut(true);
        later.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Whether the caller may wake the domain itself, now; when not, it calls {@link #later} after its commit. */
    synchronized boolean takeTurn(String domain) {
        long now = System.nanoTime();
        Long last = lastSent.get(domain);
        if (last != null && now - last < APART_NANOS) {
            return false;
        }
        lastSent.put(domain, now);
        return true;
    }

    /** Wakes the domain within 10 ms, together with whatever else asks for it until then. */
    synchronized void later(String domain) {
        if (pending.add(domain) && pending.size() == 1 && !later.isShutdown()) {
            long last = lastSent.getOrDefault(domain, System.nanoTime());
            long wait = Math.max(0, last + APART_NANOS - System.nanoTime());
            later.schedule(this::send, wait, TimeUnit.NANOSECONDS);
        }
    }

    private void send() {
        List<String> domains = drain();
        if (domains.isEmpty()) {
            return;
        }
        try (Connection connection = database.open()) {
            for (String domain : domains) {
                Enqueue.ready(connection, domain);
            }
        } catch (SQLException e) {
            // The monitors' poll finds the tasks within a second.
            return;
        }
    }

    private synchronized List<String> drain() {
        List<String> domains = List.copyOf(pending);
        pending.clear();
        long now = System.nanoTime();
        domains.forEach(domain -> lastSent.put(domain, now));
        return domains;
    }

    /** Sends what is pending, and ends. */
    @Override
    public void close() {
        later.shutdown();
        send();
    }
}
