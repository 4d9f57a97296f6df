package dev.rework.worker;

import dev.rework.Rework;
import dev.rework.internal.ClaimedTask;
import dev.rework.internal.ClientOptions;
import dev.rework.internal.Frame;
import dev.rework.internal.Redaction;
import dev.rework.internal.RegistrationIndex;
import dev.rework.internal.SecretInput;
import dev.rework.internal.SecretKeys;
import dev.rework.internal.WorkerLaunch;
import dev.rework.internal.db.Claim;
import dev.rework.internal.db.OwnEnd;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** The task in hand, as its operation sees it. Keeps what it saves until its outcome is settled. */
final class RunningTask extends ClaimedTask {
    private final Worker worker;
    private final Hand.Running running;
    private volatile Redaction redaction = Redaction.NONE;
    private final AtomicReference<@Nullable String> progress = new AtomicReference<>();
    private volatile @Nullable String output;
    private volatile byte @Nullable [] rawOutput;
    private volatile int peakMb;
    private @Nullable OwnClient client;
    private boolean ended;

    /** Its own client, and what that is made of. */
    private record OwnClient(Rework rework, TaskConnections connections, Parking parking) {
        void close() {
            parking.close();
            rework.close();
            connections.close();
        }
    }

    RunningTask(Worker worker, Hand.Running running) {
        super(running.claim());
        this.worker = worker;
        this.running = running;
    }

    /** Its input, its secrets opened; from now on they are taken out of what it says. */
    @Nullable
    String open() {
        RegistrationIndex.Entry entry = running.operation().entry();
        String input = claim().input();
        if (SecretKeys.areFor(entry.inputs())) {
            SecretInput secrets =
                    new SecretInput(worker.secrets(), worker.launch().domain(), entry.name());
            SecretInput.Opened opened = secrets.open(entry.inputs(), input);
            input = opened.json();
            opened(input);
            redaction = opened.redaction();
        }
        worker.pipe().redact(redaction, worker.secrets());
        return input;
    }

    @Override
    protected @Nullable String storedMoments(Claim ours, String json) throws SQLException {
        return worker.session()
                .insist((connection, queue) -> Optional.ofNullable(queue.moments(ours, json)))
                .orElse(null);
    }

    /** What takes its secrets out of texts. */
    Redaction redaction() {
        return redaction;
    }

    @Override
    public void saveOutput(@Nullable Object value) {
        output = checkedOutput(running.operation().entry(), value);
    }

    @Override
    public void saveRawOutput(byte[] bytes) {
        rawOutput = bytes.length > WorkerLoop.LONGEST_OUTPUT ? bytes : bytes.clone();
    }

    @Override
    public void doneIn(Connection connection) throws SQLException {
        OwnEnd.Output saved = new OwnEnd.Output(redaction.applyToJson(output), rawOutput);
        WorkerLaunch launch = worker.launch();
        OwnEnd.Self self = new OwnEnd.Self(launch.worker(), launch.itself());
        OwnEnd.done(connection, self, claim(), running.since(), saved);
    }

    @Override
    public void progress(long done, long total, String message) {
        progress.set("{\"done\":" + done + ",\"total\":" + total + ",\"message\":"
                + Json.string(redaction.apply(message)) + "}");
    }

    @Override
    public boolean isAborting() {
        return running.isAborting();
    }

    @Override
    public void captureLogs(System.Logger.Level level) {
        worker.capture().flush();
        worker.pipe().send(Frame.Type.LEVEL, levelName(level));
    }

    private static String levelName(System.Logger.Level level) {
        return switch (level) {
            case ALL, TRACE -> "TRACE";
            case DEBUG -> "DEBUG";
            case INFO -> "INFO";
            case WARNING -> "WARNING";
            case ERROR, OFF -> "ERROR";
        };
    }

    @Override
    public synchronized Rework rework() {
        if (ended) {
            throw new IllegalStateException("task " + claim().id() + " has ended: its client is closed");
        }
        OwnClient open = client;
        if (open == null) {
            TaskConnections made = new TaskConnections(worker.launch(), claim().id());
            boolean pooler = "0".equals(worker.launch().database().get("prepareThreshold"));
            Parking joins = new Parking(worker, running);
            Rework opened = Rework.open(new ClientOptions(
                    made,
                    pooler ? null : made,
                    worker.launch().jdbcUrl(),
                    claim().id(),
                    joins,
                    worker.secrets(),
                    () -> {}));
            open = new OwnClient(opened, made, joins);
            client = open;
        }
        return open.rework();
    }

    /** Cancels what its own client does in the database. */
    void cancelStatements() {
        OwnClient open;
        synchronized (this) {
            open = client;
        }
        if (open != null) {
            open.connections().cancel();
        }
    }

    /** The operation has returned. */
    void close() {
        OwnClient open;
        synchronized (this) {
            ended = true;
            open = client;
        }
        if (open != null) {
            open.close();
        }
    }

    /** Whether there is progress that was not stored. */
    boolean hasProgress() {
        return progress.get() != null;
    }

    @Nullable
    String takeProgress() {
        return progress.getAndSet(null);
    }

    /** Its process tree was seen to take so much; said by one thread. */
    void peak(int megabytes) {
        peakMb = Math.max(peakMb, megabytes);
    }

    /** The most its process tree was seen to take; 0 when nobody looked. */
    int peakMb() {
        return peakMb;
    }

    /** What it saved last. */
    @Nullable
    String output() {
        return output;
    }

    /** What it saved last. */
    byte @Nullable [] rawOutput() {
        return rawOutput;
    }
}
