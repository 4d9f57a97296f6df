package dev.rework.bench.peers;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerBuilder;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.OneTimeTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** db-scheduler with its documented setting for throughput: lock-and-fetch, 20 threads. */
final class DbSchedulerPeer implements Peer {
    private static final String TABLE = """
            create table if not exists scheduled_tasks (
              task_name text not null,
              task_instance text not null,
              task_data bytea,
              execution_time timestamp with time zone not null,
              picked boolean not null,
              picked_by text,
              last_success timestamp with time zone,
              last_failure timestamp with time zone,
              consecutive_failures int,
              last_heartbeat timestamp with time zone,
              version bigint not null,
              priority smallint,
              state text,
              primary key (task_name, task_instance)
            );
            create index if not exists execution_time_idx on scheduled_tasks (execution_time);
            create index if not exists last_heartbeat_idx on scheduled_tasks (last_heartbeat);
            """;

    private final OneTimeTask<Void> task =
            Tasks.oneTime("noop").execute((instance, context) -> PeerMain.progress.ran());
    private final Scheduler scheduler;

    /** @param immediate whether a scheduled job is offered to this very process at once, past the queue */
    DbSchedulerPeer(DataSource source, boolean immediate) {
        SchedulerBuilder builder = Scheduler.create(source, task)
                .threads(20)
                .pollUsingLockAndFetch(4, 20)
                .pollingInterval(Duration.ofMillis(100))
                .shutdownMaxWait(Duration.ofSeconds(5));
        if (immediate) {
            builder.enableImmediateExecution();
        }
        this.scheduler = builder.build();
    }

    static void createTable(DataSource source) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(TABLE);
        }
    }

    @Override
    public void enqueue(int number) {
        scheduler.schedule(task.instance(Integer.toString(number)), Instant.now());
    }

    @Override
    public void enqueueAll(int from, int count) {
        List<TaskInstance<?>> instances = new ArrayList<>(count);
        for (int i = from; i < from + count; i++) {
            instances.add(task.instance(Integer.toString(i)));
        }
        scheduler.scheduleBatch(instances, Instant.now());
    }

    @Override
    public void start() {
        scheduler.start();
    }

    @Override
    public void close() {
        scheduler.stop();
    }
}
