package dev.rework.cli;

import dev.rework.internal.PlainText;
import dev.rework.internal.db.TaskStore;
import java.io.PrintStream;

/** What a task gave, on standard output: its JSON, or its bytes as they are. */
final class TaskOutput {
    private TaskOutput() {}

    static void write(Database database, long id, PrintStream out) {
        TaskStore.Bodies bodies = new TaskStore(database.jdbi()).bodies(id).orElse(null);
        if (bodies == null) {
            return;
        }
        byte[] raw = bodies.rawOutput();
        if (raw != null) {
            out.write(raw, 0, raw.length);
            out.flush();
        } else if (bodies.output() != null) {
            out.println(PlainText.shown(bodies.output(), true));
        }
    }
}
