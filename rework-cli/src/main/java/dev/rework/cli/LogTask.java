package dev.rework.cli;

import dev.rework.LogLine;
import dev.rework.TaskSnapshot;
import dev.rework.internal.db.LogStore;
import dev.rework.internal.db.TaskStore;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code rework log-task}. */
@Command(description = "What a task printed and logged, and the stack trace it failed with.")
final class LogTask extends DatabaseCommand {
    private static final int BATCH = 1000;

    @Option(
            names = {"-f", "--watch"},
            description = "Go on until the task has ended, and exit with its outcome.")
    boolean watch;

    @Option(names = "--fromid", paramLabel = "N", description = "Only lines with an id above this one.")
    long from;

    @Option(names = "--tail", paramLabel = "N", description = "Only the last so many lines.")
    @Nullable
    Integer tail;

    @Option(names = "--level", paramLabel = "LEVEL", description = "Only lines of this level and above.")
    @Nullable
    String level;

    @Override
    protected List<String> needs() {
        return List.of("TASK_ID");
    }

    @Override
    protected ExitCode perform(Database database) {
        long id = id(0);
        if (tail != null && tail < 0) {
            throw new Refusal(ExitCode.USAGE, "--tail must be 0 or more, not " + tail);
        }
        String least = level == null ? "TRACE" : LogForm.level(level);
        Predicate<LogLine> wanted = line -> line.id() > from && LogForm.isAtLeast(line.level(), least);
        TaskSnapshot task = new TaskStore(database.jdbi()).find(id).orElseThrow(() -> LogFollower.unknown(id));
        Output output = output();
        LogFollower follower = follower(database).to(line -> {
            if (wanted.test(line)) {
                output.one(line, LogForm.FORM);
            }
        });
        if (watch) {
            return follower.follow(id, tail == null ? from : showTail(database, id, wanted), null);
        }
        if (tail != null) {
            showTail(database, id, wanted);
        } else {
            showAll(database, id, wanted);
        }
        follower.showError(task);
        return ExitCode.DONE;
    }

    /** The stack trace stands among the lines for people, and apart from them for programs. */
    private LogFollower follower(Database database) {
        return rework().format == ReworkCommand.Format.table
                ? new LogFollower(database, rework().palette(), out(), out())
                : new LogFollower(database, rework().errorPalette(), out(), err());
    }

    private void showAll(Database database, long id, Predicate<LogLine> wanted) {
        LogStore logs = new LogStore(database.jdbi());
        if (output().format() == ReworkCommand.Format.json) {
            List<LogLine> all = new ArrayList<>();
            each(logs, id, from, all::add);
            output().list(all.stream().filter(wanted).toList(), LogForm.FORM);
            return;
        }
        Output output = output();
        each(logs, id, from, line -> {
            if (wanted.test(line)) {
                output.one(line, LogForm.FORM);
            }
        });
    }

    /** Answers the id of the last line that was there. */
    private long showTail(Database database, long id, Predicate<LogLine> wanted) {
        LogStore logs = new LogStore(database.jdbi());
        int count = tail == null ? 0 : tail;
        if (level == null && from == 0) {
            List<LogLine> lines = logs.tail(id, Math.max(1, count));
            output().list(count == 0 ? List.of() : lines, LogForm.FORM);
            return lines.isEmpty() ? 0 : lines.get(lines.size() - 1).id();
        }
        Deque<LogLine> last = new ArrayDeque<>();
        long end = each(logs, id, from, line -> {
            if (wanted.test(line)) {
                last.add(line);
                if (last.size() > count) {
                    last.remove();
                }
            }
        });
        output().list(List.copyOf(last), LogForm.FORM);
        return end;
    }

    private static long each(LogStore logs, long id, long from, Consumer<LogLine> sink) {
        long cursor = from;
        List<LogLine> batch = logs.lines(id, cursor, BATCH);
        while (!batch.isEmpty()) {
            batch.forEach(sink);
            cursor = batch.get(batch.size() - 1).id();
            batch = logs.lines(id, cursor, BATCH);
        }
        return cursor;
    }
}
