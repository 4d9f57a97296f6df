package dev.rework;

import dev.rework.internal.InputSchema;
import dev.rework.internal.Limits;
import dev.rework.internal.db.Database;
import dev.rework.internal.db.OperationStore;
import dev.rework.internal.db.OperationStore.Found;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** The operations a client knows, each remembered for a second. Threads may share it. */
final class Operations {
    private static final long FRESH_NANOS = Duration.ofSeconds(1).toNanos();

    private final Database database;
    private final OperationStore store;
    private final Map<Key, Known> known = new ConcurrentHashMap<>();

    /** An operation, ready to be scheduled. */
    record Known(Found found, @Nullable InputSchema inputs, long readAt) {}

    private record Key(String name, @Nullable String domain, String host) {}

    Operations(Database database, OperationStore store) {
        this.database = database;
        this.store = store;
    }

    /** The operation that is meant, read on the caller's connection when there is one. */
    Known find(TaskBuilder<?> asked, @Nullable Connection connection) {
        Limits.demandName("the operation's name", asked.operation);
        Limits.demandName("the domain", asked.domain);
        Limits.demandName("the host", asked.host);
        Key key = new Key(asked.operation, asked.domain, asked.host);
        if (isUnthinkable(asked.operation) || isUnthinkable(asked.domain) || isUnthinkable(asked.host)) {
            throw new UnknownOperation(key.name(), key.domain(), key.host(), List.of());
        }
        Known hit = known.get(key);
        if (hit != null && System.nanoTime() - hit.readAt() < FRESH_NANOS) {
            return hit;
        }
        known.remove(key);
        OperationStore reader = connection == null ? store : new OperationStore(Jdbi.create(connection));
        String what = "look up operation `" + asked.operation + "`";
        Known found;
        if (connection == null) {
            found = database.read(what, () -> choose(key, reader));
        } else {
            try {
                found = choose(key, reader);
            } catch (RuntimeException e) {
                throw database.translate(what, e);
            }
        }
        known.put(key, found);
        return found;
    }

    /** Postgres holds no such text, so nothing has that name; asking would end the caller's transaction. */
    private static boolean isUnthinkable(@Nullable String name) {
        return name != null && name.indexOf('\0') >= 0;
    }

    private static Known choose(Key key, OperationStore reader) {
        List<Found> all = reader.find(key.name(), key.domain());
        List<Found> fitting = new ArrayList<>();
        for (Found each : all) {
            if (key.host().isEmpty() ? !each.hosts().isEmpty() : each.hosts().contains(key.host())) {
                fitting.add(each);
            }
        }
        if (fitting.size() > 1) {
            List<Found> preset = fitting.stream()
                    .filter(each -> each.domain().equals("default"))
                    .toList();
            if (preset.isEmpty()) {
                throw new AmbiguousOperation(
                        key.name(), fitting.stream().map(Found::domain).sorted().toList());
            }
            fitting = preset;
        }
        if (fitting.isEmpty()) {
            throw new UnknownOperation(key.name(), key.domain(), key.host(), near(key, all, reader));
        }
        Found found = fitting.get(0);
        return new Known(found, InputSchema.parse(found.inputs()), System.nanoTime());
    }

    private static List<String> near(Key key, List<Found> elsewhere, OperationStore reader) {
        List<String> near = new ArrayList<>();
        for (Found each : elsewhere) {
            for (String host : each.hosts()) {
                near.add(each.domain() + "/" + each.name() + " on host " + host);
            }
        }
        return near.isEmpty() ? reader.near(key.name()) : near;
    }
}
