package dev.rework.bench.peers;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;
import javax.sql.DataSource;

/**
 * Runs one peer in this process. Standard input: the JDBC URL, how many jobs to drain, how many to enqueue singly, how
 * many to time on idle, one a line. Standard output: {@code figure=value} lines.
 */
public final class PeerMain {
    private static final int BATCH = 1_000;

    private PeerMain() {}

    /** What the handlers of the running phase report to. */
    static volatile Peer.Progress progress = new Peer.Progress(1);

    public static void main(String[] arguments) throws Exception {
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        String url = in.readLine();
        int jobs = Integer.parseInt(in.readLine());
        int singles = Integer.parseInt(in.readLine());
        int probes = Integer.parseInt(in.readLine());
        switch (arguments[0]) {
            case "db-scheduler" -> dbScheduler(url, jobs, singles, probes);
            case "jobrunr" -> jobRunr(url, jobs, singles);
            case "quartz" -> quartz(url, jobs);
            default -> throw new IllegalArgumentException("unknown peer " + arguments[0]);
        }
        System.exit(0);
    }

    private static void dbScheduler(String url, int jobs, int singles, int probes) throws Exception {
        try (HikariDataSource source = pool(url, 25)) {
            DbSchedulerPeer.createTable(source);
            try (Peer peer = new DbSchedulerPeer(source, false)) {
                enqueues(peer, singles, Math.max(10_000, jobs));
            }
            clear(source, "truncate scheduled_tasks");
            try (Peer peer = new DbSchedulerPeer(source, false)) {
                drain(peer, source, jobs);
            }
            clear(source, "truncate scheduled_tasks");
            try (Peer peer = new DbSchedulerPeer(source, true)) {
                latency(peer, probes);
            }
        }
    }

    private static void jobRunr(String url, int jobs, int singles) throws Exception {
        try (HikariDataSource source = pool(url, 20)) {
            try (Peer peer = new JobRunrPeer(source)) {
                enqueues(peer, Math.min(singles, 2_000), Math.max(5_000, jobs));
                clear(source, "truncate jobrunr_jobs");
                drain(peer, source, jobs);
            }
        }
    }

    private static void quartz(String url, int jobs) throws Exception {
        try (HikariDataSource source = pool(url, 2)) {
            QuartzPeer.createTables(source);
            try (Peer peer = new QuartzPeer(url)) {
                drain(peer, source, jobs);
            }
        }
    }

    private static HikariDataSource pool(String url, int size) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(size);
        return new HikariDataSource(config);
    }

    private static void clear(DataSource source, String sql) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static void enqueues(Peer peer, int singles, int many) throws Exception {
        int number = 0;
        for (; number < 200; number++) {
            peer.enqueue(number);
        }
        long began = System.nanoTime();
        for (int i = 0; i < singles; i++) {
            peer.enqueue(number++);
        }
        say("enqueue.single", singles / ((System.nanoTime() - began) / 1e9));
        int batches = Math.max(5, many / BATCH);
        for (int i = -3; i < batches; i++) {
            began = i == 0 ? System.nanoTime() : began;
            peer.enqueueAll(number, BATCH);
            number += BATCH;
        }
        say("enqueue.batch1000", batches * BATCH / ((System.nanoTime() - began) / 1e9));
    }

    private static void drain(Peer peer, DataSource source, int jobs) throws Exception {
        for (int from = 0; from < jobs; from += BATCH) {
            peer.enqueueAll(from, Math.min(BATCH, jobs - from));
        }
        clear(source, "vacuum analyze");
        clear(source, "checkpoint");
        Peer.Progress counted = new Peer.Progress(jobs);
        progress = counted;
        long began = System.nanoTime();
        peer.start();
        counted.await();
        say("drain", counted.rateFrom(began));
        say("steady", counted.steady());
    }

    private static void latency(Peer peer, int probes) throws Exception {
        peer.start();
        double[] taken = new double[probes];
        int warm = Math.min(50, probes);
        for (int i = -warm; i < probes; i++) {
            Peer.Progress one = new Peer.Progress(1);
            progress = one;
            long began = System.nanoTime();
            peer.enqueue(i);
            one.await();
            if (i >= 0) {
                taken[i] = (one.last() - began) / 1e6;
            }
            LockSupport.parkNanos(20_000_000);
        }
        Arrays.sort(taken);
        say("latency.start.p50", taken[probes / 2]);
        say("latency.start.p95", taken[(int) (probes * 0.95)]);
        say("latency.start.p99", taken[(int) (probes * 0.99)]);
    }

    private static void say(String figure, double value) {
        System.out.println(figure + "=" + value);
    }
}
