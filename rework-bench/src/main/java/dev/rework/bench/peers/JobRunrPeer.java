package dev.rework.bench.peers;

import java.time.Duration;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.jobrunr.configuration.JobRunr;
import org.jobrunr.jobs.lambdas.JobRequest;
import org.jobrunr.jobs.lambdas.JobRequestHandler;
import org.jobrunr.scheduling.BackgroundJobRequest;
import org.jobrunr.server.BackgroundJobServer;
import org.jobrunr.server.BackgroundJobServerConfiguration;
import org.jobrunr.storage.sql.postgres.PostgresStorageProvider;

/** JobRunr OSS with 16 workers. */
final class JobRunrPeer implements Peer {
    private final BackgroundJobServer server;

    JobRunrPeer(DataSource source) {
        BackgroundJobServerConfiguration configuration =
                BackgroundJobServerConfiguration.usingStandardBackgroundJobServerConfiguration()
                        .andWorkerCount(16)
                        .andPollInterval(Duration.ofSeconds(5));
        JobRunr.configure()
                .useStorageProvider(new PostgresStorageProvider(source))
                .useBackgroundJobServer(configuration, false)
                .initialize();
        this.server = JobRunr.getBackgroundJobServer();
    }

    @Override
    public void enqueue(int number) {
        BackgroundJobRequest.enqueue(new Noop(number));
    }

    @Override
    public void enqueueAll(int from, int count) {
        BackgroundJobRequest.enqueue(IntStream.range(from, from + count).mapToObj(Noop::new));
    }

    @Override
    public void start() {
        server.start();
    }

    @Override
    public void close() {
        JobRunr.destroy();
    }

    /** Does nothing. Public with public parts, as its JSON mapper wants it. */
    public record Noop(int number) implements JobRequest {
        @Override
        public Class<NoopHandler> getJobRequestHandler() {
            return NoopHandler.class;
        }
    }

    /** Counts it. */
    public static final class NoopHandler implements JobRequestHandler<Noop> {
        @Override
        public void run(Noop request) {
            PeerMain.progress.ran();
        }
    }
}
