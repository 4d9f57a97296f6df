package dev.rework.cli;

import dev.rework.internal.db.WorkerRow;
import dev.rework.internal.db.WorkerStore;
import dev.rework.internal.db.WorkerStore.Reading;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;

/** {@code rework show-worker}. */
@Command(
        description =
                "Everything about one worker, and the memory and processor time its process tree took, over time.")
final class ShowWorker extends DatabaseCommand {
    @Override
    protected List<String> needs() {
        return List.of("WORKER_ID");
    }

    @Override
    protected ExitCode perform(Database database) {
        long id = id(0);
        WorkerStore store = new WorkerStore(database.jdbi());
        WorkerRow worker = store.find(id)
                .orElseThrow(() -> new Refusal(
                        ExitCode.UNKNOWN, "unknown worker " + id, "rework list-workers shows what there is"));
        List<Reading> history = store.history(id);
        if (rework().format == ReworkCommand.Format.table) {
            out().println(WorkerForm.line(worker, rework().palette()));
            history.forEach(reading -> out().printf(
                            "  [%s] %6d Mb %4d %%%n",
                            Stamp.people(reading.at()), reading.memoryMb(), reading.cpuPercent()));
        } else {
            List<String> keys = new ArrayList<>(WorkerForm.KEYS);
            keys.addAll(List.of("debugPort", "history"));
            output().one(worker, new Output.Form<>(keys, one -> values(one, history), (one, palette) -> ""));
        }
        return ExitCode.DONE;
    }

    private static Map<String, @Nullable Object> values(WorkerRow worker, List<Reading> history) {
        Map<String, @Nullable Object> values = WorkerForm.values(worker);
        values.put("debugPort", worker.debugPort());
        values.put("history", history.stream().map(ShowWorker::values).toList());
        return values;
    }

    private static Map<String, @Nullable Object> values(Reading reading) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("time", Stamp.iso(reading.at()));
        values.put("memoryMb", reading.memoryMb());
        values.put("cpuPercent", reading.cpuPercent());
        return values;
    }
}
