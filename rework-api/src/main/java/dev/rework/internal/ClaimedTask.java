package dev.rework.internal;

import dev.rework.InvalidInput;
import dev.rework.Moment;
import dev.rework.Problem;
import dev.rework.TaskContext;
import dev.rework.internal.db.Claim;
import java.sql.SQLException;
import java.time.ZonedDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What an operation reads of the claim it runs under, the same wherever it runs. */
public abstract class ClaimedTask implements TaskContext, TaskStart {

    private final Claim claim;
    private final ZonedDateTime now = ZonedDateTime.now();
    private volatile @Nullable String input;
    private volatile Map<String, Moment> moments = Map.of();

    protected ClaimedTask(Claim claim) {
        this.claim = claim;
        this.input = claim.input();
    }

    /** The claim. */
    protected final Claim claim() {
        return claim;
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
    public final ZonedDateTime now() {
        return now;
    }

    @Override
    public final Map<String, Moment> keep(Map<String, Moment> evaluated) throws SQLException {
        String stored = storedMoments(claim, KeptMoments.write(evaluated));
        Map<String, Moment> kept = stored == null ? evaluated : KeptMoments.read(stored, evaluated);
        Map<String, Moment> byText = new HashMap<>();
        kept.values().forEach(moment -> byText.put(moment.expression(), moment));
        moments = byText;
        return kept;
    }

    /** Stores what moments mean, unless that is known; answers what counts, null when the task is not ours any more. */
    protected abstract @Nullable String storedMoments(Claim ours, String json) throws SQLException;

    @Override
    @SuppressWarnings("unchecked")
    public final <T> @Nullable T input(Class<T> type) {
        String json = input;
        if (json == null && claim.rawInput() != null) {
            throw new IllegalStateException("raw bytes were given: read them with rawInput()");
        }
        return json == null ? null : (T) Codec.read(json, type, now, moments);
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
