package dev.rework.testing;

import dev.rework.Rework;
import dev.rework.TaskContext;
import dev.rework.internal.ClientOptions;
import dev.rework.internal.Codec;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.JoinListener;
import dev.rework.internal.SecretKeys;
import dev.rework.internal.db.Claim;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A task that runs in a test's own thread, as its operation sees it. */
final class ThreadContext implements TaskContext, AutoCloseable {

    private final Claim claim;
    private final DatabaseAddress address;
    private final SecretKeys secrets;
    private @Nullable String input;
    private @Nullable String output;
    private byte @Nullable [] rawOutput;
    private @Nullable Rework client;

    ThreadContext(Claim claim, DatabaseAddress address, SecretKeys secrets) {
        this.claim = claim;
        this.secrets = secrets;
        this.input = claim.input();
        this.address = address;
    }

    /** Its input, its secrets opened. */
    void opened(@Nullable String json) {
        input = json;
    }

    @Override
    public long id() {
        return claim.id();
    }

    @Override
    public int attempt() {
        return claim.attempt();
    }

    @Override
    public <T> @Nullable T input(Class<T> type) {
        String json = input;
        if (json == null && claim.rawInput() != null) {
            throw new IllegalStateException("raw bytes were given: read them with rawInput()");
        }
        return json == null ? null : Codec.read(json, type);
    }

    @Override
    public byte @Nullable [] rawInput() {
        byte[] raw = claim.rawInput();
        return raw == null ? null : raw.clone();
    }

    @Override
    public void saveOutput(@Nullable Object value) {
        output = Codec.write(value);
    }

    @Override
    public void saveRawOutput(byte[] bytes) {
        rawOutput = bytes.clone();
    }

    @Override
    @SuppressWarnings("unchecked")
    public Map<String, Object> metadata() {
        String json = claim.metadata();
        Object read = json == null ? null : Codec.read(json, Map.class);
        return read == null ? Map.of() : (Map<String, Object>) read;
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
                    ClientOptions.unpooled(address, "in-thread").with(secrets).inside(claim.id(), JoinListener.NONE));
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
