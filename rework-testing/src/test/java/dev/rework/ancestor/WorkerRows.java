package dev.rework.ancestor;

import dev.rework.internal.db.TaskStore;
import dev.rework.internal.db.WorkerRow;
import dev.rework.internal.db.WorkerStore;
import dev.rework.testing.ReworkLab;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The workers of a lab, as their rows have them. */
final class WorkerRows {

    private static final Map<String, WorkerStore> STORES = new ConcurrentHashMap<>();

    private WorkerRows() {}

    static WorkerStore store(ReworkLab lab) {
        return STORES.computeIfAbsent(
                lab.url(), url -> new WorkerStore(TaskStore.jdbi(lab.database().dataSource())));
    }

    static List<WorkerRow> all(ReworkLab lab) {
        return store(lab).list(new WorkerRow.Filter(null, null, null, 100, 0));
    }

    static List<WorkerRow> in(ReworkLab lab, String... states) {
        return all(lab).stream()
                .filter(row -> List.of(states).contains(row.state()))
                .toList();
    }

    static List<Long> ids(List<WorkerRow> rows) {
        return rows.stream().map(WorkerRow::id).toList();
    }

    static WorkerRow of(ReworkLab lab, long id) {
        return store(lab).find(id).orElseThrow();
    }
}
