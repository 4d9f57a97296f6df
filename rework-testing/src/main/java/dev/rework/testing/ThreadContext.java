package dev.rework.testing;

import dev.rework.Rework;
import dev.rework.internal.ClaimedTask;
import dev.rework.internal.ClientOptions;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.JoinListener;
import dev.rework.internal.RegistrationIndex;
import dev.rework.internal.SecretKeys;
import dev.rework.internal.db.Claim;
import dev.rework.internal.db.OwnEnd;
import dev.rework.internal.db.TaskQueue;
import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A task that runs in a test's own thread, as its operation sees it. */
final class ThreadContext extends ClaimedTask implements AutoCloseable {

    private final long began = System.nanoTime();
    private final RegistrationIndex.Entry entry;
    private final DatabaseAddress address;
    private final SecretKeys secrets;
    private final TaskQueue queue;
    private @Nullable String output;
    private byte @Nullable [] rawOutput;
    private @Nullable Rework client;

    ThreadContext(
            Claim claim, RegistrationIndex.Entry entry, DatabaseAddress address, SecretKeys secrets, TaskQueue queue) {
        super(claim);
        this.queue = queue;
        this.entry = entry;
        this.secrets = secrets;
        this.address = address;
    }

    @Override
    protected @Nullable String storedMoments(Claim ours, String json) throws SQLException {
        return queue.moments(ours, json);
    }

    @Override
    public void saveOutput(@Nullable Object value) {
        output = checkedOutput(entry, value);
    }

    @Override
    public void saveRawOutput(byte[] bytes) {
        rawOutput = bytes.clone();
    }

    @Override
    public void doneIn(Connection connection) throws SQLException {
        OwnEnd.Self self = new OwnEnd.Self(queue.worker(), null);
        OwnEnd.done(connection, self, claim(), began, new OwnEnd.Output(output, rawOutput));
    }

    /** Nobody watches a task of this kind. */
    @Override
    public void progress(long done, long total, String message) {}

    @Override
    public boolean isAborting() {
        return false;
    }

    /** Nothing is captured here anyway. */
    @Override
    public void captureLogs(System.Logger.Level level) {}

    @Override
    public Rework rework() {
        Rework open = client;
        if (open == null) {
            open = Rework.open(
                    ClientOptions.unpooled(address, "in-thread").with(secrets).inside(id(), JoinListener.NONE));
            client = open;
        }
        return open;
    }

    @Nullable
    String output() {
        return output;
    }

    byte @Nullable [] rawOutput() {
        return rawOutput;
    }

    @Override
    public void close() {
        if (client != null) {
            client.close();
        }
    }
}
