package dev.rework.internal;

import dev.rework.InvalidInput;
import dev.rework.Problem;
import dev.rework.TaskContext;
import dev.rework.internal.db.Claim;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an operation reads of the claim it runs under, the same wherever it runs. */
public abstract class ClaimedTask implements TaskContext {

    private final Claim claim;
    private volatile @Nullable String input;

    protected ClaimedTask(Claim claim) {
        this.claim = claim;
        this.input = claim.input();
    }

    /** Its input is this, now that its secrets are opened. */
    public final void opened(@Nullable String json) {
        input = json;
    }

    @Override
    public final long id() {
        return claim.id();
    }

    @Override
    public final int attempt() {
        return claim.attempt();
    }

    @Override
    public final <T> @Nullable T input(Class<T> type) {
        String json = input;
        if (json == null && claim.rawInput() != null) {
            throw new IllegalStateException("raw bytes were given: read them with rawInput()");
        }
        return json == null ? null : Codec.read(json, type);
    }

    @Override
    public final byte @Nullable [] rawInput() {
        byte[] raw = claim.rawInput();
        return raw == null ? null : raw.clone();
    }

    /** An output as JSON, when it is what the operation says it gives. */
    protected static String checkedOutput(RegistrationIndex.Entry entry, @Nullable Object value) {
        String json = Codec.write(value);
        InputSchema schema = InputSchema.parse(entry.outputs());
        List<Problem> problems = schema == null ? List.of() : schema.check(json, "output");
        if (!problems.isEmpty()) {
            throw new InvalidInput(entry.name(), problems);
        }
        return json;
    }

    @Override
    @SuppressWarnings("unchecked")
    public final Map<String, Object> metadata() {
        String json = claim.metadata();
        Object read = json == null ? null : Codec.read(json, Map.class);
        return read == null ? Map.of() : (Map<String, Object>) read;
    }
}
