package dev.rework;

import dev.rework.internal.InputSchema;
import dev.rework.internal.SecretInput;
import dev.rework.internal.SecretTypes;
import dev.rework.internal.db.NewTask;
import dev.rework.internal.db.OperationStore.Found;
import dev.rework.internal.db.SecretStore;
import java.util.List;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** The secret parts of what a client schedules. Threads may share it. */
final class Secrets {
    private final Client client;
    private final SecretStore store;

    Secrets(Client client, Jdbi jdbi) {
        this.client = client;
        this.store = new SecretStore(jdbi);
    }

    /** The input as its row may hold it. */
    @Nullable
    String seal(Operations.Known operation, @Nullable String json) {
        InputSchema schema = operation.inputs();
        return schema == null || !schema.hasSecrets()
                ? json
                : Client.demandSize(operation.found().name(), of(operation).seal(schema, json));
    }

    NewTask.Input seal(Operations.Known operation, NewTask.Input input) {
        return new NewTask.Input(seal(operation, input.json()), input.raw());
    }

    /** What tells a plan's input from others, by each key, the newest first. */
    List<String> marked(Operations.Known operation, @Nullable String json) {
        return json == null ? List.of() : of(operation).marked(operation.inputs(), json);
    }

    private SecretInput of(Operations.Known operation) {
        Found found = operation.found();
        return new SecretInput(client.options.secrets(), found.domain(), found.name());
    }

    /** A secret that its registration knows nothing of would be stored for all to read. */
    static void demandKnown(String operation, @Nullable InputSchema schema, @Nullable Object input) {
        if (SecretTypes.isIn(input) && (schema == null || !schema.hasSecrets())) {
            throw new InvalidInput(
                    operation,
                    List.of(new Problem(
                            "",
                            "has a @Secret that the registered operation knows nothing of: register it again, from a jar"
                                    + " that holds its record")));
        }
    }

    long rotate() {
        return client.database.read("seal secrets with the newest key", () -> store.rotate(client.options.secrets()));
    }
}
