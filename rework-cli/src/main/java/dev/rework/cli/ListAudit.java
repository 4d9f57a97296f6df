package dev.rework.cli;

import dev.rework.internal.db.Audit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rework list-audit}. */
@Command(description = "Who aborted, killed, retried, registered, changed a plan or purged, and when.")
final class ListAudit extends DatabaseCommand {
    private static final Output.Form<Audit.Row> FORM = new Output.Form<>(
            List.of("id", "at", "who", "host", "address", "verb", "target", "detail"),
            ListAudit::values,
            ListAudit::line);
    private static final int MOST = 100_000;

    @Option(names = "--verb", paramLabel = "VERB", description = "Only this: abort, kill, stop, retry, register, …")
    @Nullable
    String verb;

    @Option(names = "--limit", paramLabel = "N", description = "At most so many (${DEFAULT-VALUE}).")
    int limit = 50;

    @Option(names = "--after", paramLabel = "ID", description = "The next ones above this id instead of the newest.")
    @Nullable
    Long after;

    @Override
    protected ExitCode perform(Database database) {
        if (limit < 1 || limit > MOST) {
            throw new Refusal(ExitCode.USAGE, "--limit must be between 1 and " + MOST + ", not " + limit);
        }
        output().list(new Audit(database.jdbi()).list(verb, limit, after), FORM);
        return ExitCode.DONE;
    }

    private static Map<String, @Nullable Object> values(Audit.Row row) {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        values.put("id", row.id());
        values.put("at", Stamp.iso(row.at()));
        values.put("who", row.who());
        values.put("host", row.host());
        values.put("address", row.address());
        values.put("verb", row.verb());
        values.put("target", row.target());
        values.put("detail", row.detail());
        return values;
    }

    /** {@code 7 [2026-11-22 02:00:10.000000+00:00] babar/joe@h1 abort task 12 too slow}. */
    private static String line(Audit.Row row, Palette palette) {
        return row.id()
                + " [" + Stamp.people(row.at()) + "]"
                + " "
                + palette.paint(
                        Palette.Colour.CYAN,
                        TaskForm.shown(row.who() + (row.host().isEmpty() ? "" : "@" + row.host())))
                + " " + TaskForm.shown(row.verb())
                + " " + TaskForm.shown(row.target())
                + (row.detail().isEmpty() ? "" : " " + TaskForm.shown(row.detail()));
    }
}
