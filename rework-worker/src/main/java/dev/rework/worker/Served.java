package dev.rework.worker;

import dev.rework.internal.RegistrationIndex;
import dev.rework.internal.RetryDelay;
import dev.rework.internal.db.Lane;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The operations this worker serves: registered for its host in the database and known to the index. Immutable. */
final class Served {
    private final Map<Long, Operation> operations;
    private final List<Lane> lanes;

    Served(List<Operation> operations, String host) {
        this.operations = new LinkedHashMap<>();
        this.lanes = new ArrayList<>();
        for (Operation operation : operations) {
            this.operations.put(operation.id(), operation);
            lanes.add(new Lane(operation.id(), ""));
            lanes.add(new Lane(operation.id(), host));
        }
    }

    /**
     * One operation.
     *
     * @param timeoutMs 0 for none
     * @param survives whether a crash, or the loss of this host, lets its tasks run again elsewhere
     */
    record Operation(
            long id, RegistrationIndex.Entry entry, long timeoutMs, long graceMs, RetryDelay retry, boolean survives) {}

    List<Lane> lanes() {
        return lanes;
    }

    @Nullable
    Operation find(long id) {
        return operations.get(id);
    }
}
