package dev.rework.monitor;

import dev.rework.internal.db.Retention;
import dev.rework.sql.LogPartitions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The duty that keeps the house clean, once an hour: makes the log's partitions ahead, drops old ones, deletes what finished
 * long ago. It runs beside the loop, batch by batch.
 */
final class Purge implements Duty {

    private static final Duration EVERY = Duration.ofHours(1);
    private static final int DAYS_AHEAD = 3;
    private static final Duration AUDIT = Duration.ofDays(400);

    private final MonitorContext context;
    private final AtomicBoolean running = new AtomicBoolean();
    private Instant next = Instant.MIN;

    Purge(MonitorContext context) {
        this.context = context;
    }

    @Override
    public void run() {
        Instant now = context.clock().instant();
        if (now.isBefore(next) || !running.compareAndSet(false, true)) {
            return;
        }
        next = now.plus(EVERY);
        context.acts().execute(() -> {
            try {
                partitions();
                Duration age = context.options().vacuum();
                if (age != null) {
                    clean(age);
                }
            } catch (SQLException | RuntimeException e) {
                context.listener().details("cleaning up goes on in an hour: " + e.getMessage());
            } finally {
                running.set(false);
            }
        });
    }

    /** Partitions hold lines of all domains: they live as long as this monitor's own lines, and a day. */
    private void partitions() throws SQLException {
        try (Connection connection = context.database().getConnection()) {
            LocalDate today = LocalDate.ofInstant(context.clock().instant(), ZoneOffset.UTC);
            LogPartitions.ensure(connection, today, DAYS_AHEAD);
        }
    }

    private void clean(Duration age) {
        Retention retention = context.stores().retention();
        String domain = context.options().domain();
        long tasks = 0;
        int last = Retention.BATCH;
        while (last == Retention.BATCH) {
            last = retention.someFinishedTasks(domain, age);
            tasks += last;
        }
        long workers = retention.deadWorkers(domain, age);
        retention.endedMonitors(domain, age);
        retention.audit(AUDIT);
        if (tasks + workers > 0) {
            context.listener()
                    .says("vacuum: " + tasks + " tasks and " + workers + " workers older than " + age + " deleted");
        }
    }

    @Override
    public boolean needsDatabase() {
        return true;
    }
}
