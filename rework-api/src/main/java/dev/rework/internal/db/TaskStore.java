package dev.rework.internal.db;

import dev.rework.Attempt;
import dev.rework.TaskFilter;
import dev.rework.TaskSnapshot;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** Table {@code task} for clients: reads, abort and retry. Threads may share it. */
public final class TaskStore {
    private final Jdbi jdbi;

    /** On these connections. */
    public TaskStore(Jdbi jdbi) {
        this.jdbi = jdbi;
    }

    /** On these connections, whatever their auto-commit. */
    public static Jdbi jdbi(DataSource connections) {
        throw new UnsupportedOperationException("coming");
    }

    /** What a task was given and gave; JSON as stored. */
    public record Bodies(
            @Nullable String input,
            byte @Nullable [] rawInput,
            @Nullable String output,
            byte @Nullable [] rawOutput) {}

    /** What an abort came to. */
    public enum AbortAnswer {
        /** It had not begun and never will. */
        CANCELLED,
        /** It runs; its monitor has been asked to end it. */
        ASKED,
        /** Somebody else has already asked for its end. */
        ABORTING,
        /** It had already finished. */
        FINISHED,
        /** There is no such task. */
        UNKNOWN
    }

    /** One task. */
    public Optional<TaskSnapshot> find(long id) {
        throw new UnsupportedOperationException("coming" + jdbi);
    }

    /** Tasks in the order of their ids. */
    public List<TaskSnapshot> list(TaskFilter filter) {
        throw new UnsupportedOperationException("coming");
    }

    /** Its earlier attempts. */
    public List<Attempt> attempts(long id) {
        throw new UnsupportedOperationException("coming");
    }

    /** Its input and output. */
    public Optional<Bodies> bodies(long id) {
        throw new UnsupportedOperationException("coming");
    }

    /** Cancels what has not begun, asks for the end of what runs; leaves an audit row. */
    public AbortAnswer abort(long id, String reason) {
        throw new UnsupportedOperationException("coming");
    }
}
