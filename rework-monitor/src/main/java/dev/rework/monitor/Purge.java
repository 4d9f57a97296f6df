package dev.rework.monitor;

import dev.rework.internal.db.Retention;
import dev.rework.sql.LogPartitions;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The duty that keeps the house clean, once an hour: makes the log's partitions ahead, drops old ones, deletes what finished
 * long ago. It runs beside the loop, batch by batch.
 */
final class Purge implements Duty {

    private static final Duration EVERY = Duration.ofHours(1);
    private static final int DAYS_AHEAD = 3;
    private static final Duration AUDIT = Duration.ofDays(400);

    // So old that all lines of a deleted task but the newest are in partitions that may go.
    private static final Duration OLD = Duration.ofDays(2);
    private static final LocalDate BEGINNING = LocalDate.of(1, 1, 1);
    private static final int DAYS_AT_FIRST = 30;
    private static final int DAYS_AGAIN = 2;

    private final MonitorContext context;
    private final AtomicBoolean running = new AtomicBoolean();
    private Instant next = Instant.MIN;
    private boolean cleaned;

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

    private void partitions() throws SQLException {
        try (Connection connection = context.database().getConnection()) {
            LocalDate today = LocalDate.ofInstant(context.clock().instant(), ZoneOffset.UTC);
            LogPartitions.ensure(connection, today, DAYS_AHEAD);
        }
    }

    private void clean(Duration age) throws SQLException {
        Retention retention = context.stores().retention();
        String domain = context.options().domain();
        boolean old = age.compareTo(OLD) >= 0;
        long tasks = old ? retention.finishedTasksOnly(domain, age) : retention.finishedTasks(domain, age);
        lines(retention, LocalDate.ofInstant(context.clock().instant().minus(age), ZoneOffset.UTC));
        long workers = retention.deadWorkers(domain, age);
        retention.endedMonitors(domain, age);
        retention.audit(AUDIT);
        if (tasks + workers > 0) {
            context.listener()
                    .says("vacuum: " + tasks + " tasks and " + workers + " workers older than " + age + " deleted");
        }
    }

    /**
     * Partitions hold lines of all domains. A day before the first to be kept goes whole when none of its tasks is there
     * any more. From the newest of the others, and from what lies between them in no partition of its own, what is left of
     * deleted tasks is taken out.
     */
    private void lines(Retention retention, LocalDate first) throws SQLException {
        List<LocalDate> kept;
        try (Connection connection = context.database().getConnection()) {
            kept = LogPartitions.dropBefore(connection, first);
        }
        int most = cleaned ? DAYS_AGAIN : DAYS_AT_FIRST;
        int from = Math.max(0, kept.size() - most);
        LocalDate next = from == 0 ? BEGINNING : kept.get(from);
        for (LocalDate day : kept.subList(from, kept.size())) {
            retention.orphanedLines(next, day);
            retention.orphanedLines(day, day.plusDays(1));
            next = day.plusDays(1);
        }
        retention.orphanedLines(next, first);
        cleaned = true;
    }

    @Override
    public boolean needsDatabase() {
        return true;
    }
}
