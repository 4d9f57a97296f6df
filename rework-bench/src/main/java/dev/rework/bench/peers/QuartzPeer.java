package dev.rework.bench.peers;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import javax.sql.DataSource;
import org.quartz.Job;
import org.quartz.JobBuilder;
import org.quartz.JobDetail;
import org.quartz.JobExecutionContext;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.Trigger;
import org.quartz.TriggerBuilder;
import org.quartz.impl.StdSchedulerFactory;

/** Quartz with its JDBC store, clustered, batches of 20. */
final class QuartzPeer implements Peer {
    private final Scheduler scheduler;

    QuartzPeer(String url) throws SchedulerException {
        Properties properties = new Properties();
        properties.setProperty("org.quartz.scheduler.instanceName", "bench");
        properties.setProperty("org.quartz.scheduler.instanceId", "AUTO");
        properties.setProperty("org.quartz.scheduler.batchTriggerAcquisitionMaxCount", "20");
        properties.setProperty("org.quartz.scheduler.skipUpdateCheck", "true");
        properties.setProperty("org.quartz.threadPool.threadCount", "10");
        properties.setProperty("org.quartz.jobStore.class", "org.quartz.impl.jdbcjobstore.JobStoreTX");
        properties.setProperty(
                "org.quartz.jobStore.driverDelegateClass", "org.quartz.impl.jdbcjobstore.PostgreSQLDelegate");
        properties.setProperty("org.quartz.jobStore.isClustered", "true");
        properties.setProperty("org.quartz.jobStore.acquireTriggersWithinLock", "true");
        properties.setProperty("org.quartz.jobStore.misfireThreshold", "600000");
        properties.setProperty("org.quartz.jobStore.dataSource", "bench");
        properties.setProperty("org.quartz.dataSource.bench.provider", "hikaricp");
        properties.setProperty("org.quartz.dataSource.bench.driver", "org.postgresql.Driver");
        properties.setProperty("org.quartz.dataSource.bench.URL", url);
        properties.setProperty("org.quartz.dataSource.bench.maxConnections", "15");
        this.scheduler = new StdSchedulerFactory(properties).getScheduler();
    }

    static void createTables(DataSource source) throws IOException, SQLException {
        try (InputStream in =
                Scheduler.class.getResourceAsStream("/org/quartz/impl/jdbcjobstore/tables_postgres.sql")) {
            if (in == null) {
                throw new IOException("Quartz brings no tables for Postgres");
            }
            try (Connection connection = source.getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            }
        }
    }

    @Override
    public void enqueue(int number) throws SchedulerException {
        scheduler.scheduleJob(job(number), trigger(number));
    }

    @Override
    public void enqueueAll(int from, int count) throws SchedulerException {
        Map<JobDetail, Set<? extends Trigger>> jobs = new HashMap<>();
        for (int i = from; i < from + count; i++) {
            jobs.put(job(i), Set.of(trigger(i)));
        }
        scheduler.scheduleJobs(jobs, false);
    }

    @Override
    public void start() throws SchedulerException {
        scheduler.start();
    }

    @Override
    public void close() {
        try {
            scheduler.shutdown(true);
        } catch (SchedulerException e) {
            throw new IllegalStateException(e);
        }
    }

    private static JobDetail job(int number) {
        return JobBuilder.newJob(Noop.class).withIdentity("job" + number).build();
    }

    private static Trigger trigger(int number) {
        return TriggerBuilder.newTrigger()
                .withIdentity("trigger" + number)
                .startNow()
                .build();
    }

    /** Counts it. Quartz makes one for each run, by its public constructor. */
    public static final class Noop implements Job {
        @Override
        public void execute(JobExecutionContext context) {
            PeerMain.progress.ran();
        }
    }
}
