package dev.rework.cli;

import dev.rework.LogLine;
import dev.rework.TaskSnapshot;
import dev.rework.TaskState;
import dev.rework.internal.PlainText;
import dev.rework.internal.db.LogStore;
import dev.rework.internal.db.TaskStore;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Shows the lines of a task as they come, to the last one and the stack trace. For one thread. */
final class LogFollower {
    private static final int BATCH = 1000;
    private static final long PAUSE_MILLIS = 100;
    private static final long OUTAGE_PAUSE_MILLIS = 1000;

    private final Palette palette;
    private final PrintStream out;
    private final PrintStream remarks;
    private final TaskStore tasks;
    private final LogStore logs;
    private Consumer<LogLine> sink;
    private boolean outage;

    LogFollower(Database database, Palette palette, PrintStream out, PrintStream remarks) {
        this.palette = palette;
        this.out = out;
        this.remarks = remarks;
        this.tasks = new TaskStore(database.jdbi());
        this.logs = new LogStore(database.jdbi());
        this.sink = line -> out.println(LogForm.line(line, palette));
    }

    /** Lines go there instead of being printed. */
    LogFollower to(Consumer<LogLine> other) {
        sink = other;
        return this;
    }

    /**
     * From the line after {@code from} to the end of the task; answers its outcome, or {@link ExitCode#TIMED_OUT} when it
     * takes longer than {@code patience}. An outage of the database is waited out.
     */
    ExitCode follow(long id, long from, @Nullable Duration patience) {
        long end = patience == null ? Long.MAX_VALUE : System.nanoTime() + patience.toNanos();
        long cursor = from;
        while (true) {
            Optional<Look> look = look(id, cursor);
            if (look.isPresent()) {
                List<LogLine> lines = look.get().lines();
                lines.forEach(sink);
                cursor = lines.isEmpty() ? cursor : lines.get(lines.size() - 1).id();
                if (look.get().isOver()) {
                    return ended(look.get().task());
                }
                if (out.checkError()) {
                    return ExitCode.DONE;
                }
                if (lines.size() == BATCH) {
                    continue;
                }
            }
            if (patience != null && System.nanoTime() - end >= 0) {
                throw new Refusal(ExitCode.TIMED_OUT, "task " + id + " goes on after " + patience);
            }
            pause(outage ? OUTAGE_PAUSE_MILLIS : PAUSE_MILLIS);
        }
    }

    /**
     * A look at a task and its next lines. The state is read first: when it is final, all lines are there already, so
     * none can come after the last one read.
     */
    private record Look(TaskSnapshot task, List<LogLine> lines) {
        boolean isOver() {
            return task.state().isFinal() && lines.size() < BATCH;
        }
    }

    private Optional<Look> look(long id, long cursor) {
        try {
            TaskSnapshot task = tasks.find(id).orElseThrow(() -> unknown(id));
            Look look = new Look(task, logs.lines(id, cursor, BATCH));
            outage = false;
            return Optional.of(look);
        } catch (Refusal e) {
            throw e;
        } catch (RuntimeException e) {
            Refusal verdict = Verdict.on(e);
            if (verdict.exitCode() != ExitCode.UNREACHABLE) {
                throw e;
            }
            if (!outage) {
                remarks.println("(the database is out of reach: waiting for it)");
            }
            outage = true;
            return Optional.empty();
        }
    }

    /** Shows the stack trace or the reason, and says what the outcome is as an exit code. */
    private ExitCode ended(TaskSnapshot task) {
        showError(task);
        return outcome(task);
    }

    void showError(TaskSnapshot task) {
        if (task.error() != null) {
            remarks.println(palette.paint(
                    Palette.Colour.RED, PlainText.shown(task.error(), true).stripTrailing()));
        } else if (task.state().isFinal() && task.state() != TaskState.DONE && task.reason() != null) {
            remarks.println(palette.paint(TaskForm.colour(task.state()), end(task)));
        }
    }

    private static String end(TaskSnapshot task) {
        return TaskForm.lower(task.state()) + ": " + TaskForm.shown(String.valueOf(task.reason()));
    }

    static ExitCode outcome(TaskSnapshot task) {
        return task.state() == TaskState.DONE ? ExitCode.DONE : ExitCode.ERROR;
    }

    static Refusal unknown(long id) {
        return new Refusal(ExitCode.UNKNOWN, "unknown task " + id, "rework list-tasks shows what there is");
    }

    private static void pause(long millis) {
        LockSupport.parkNanos(millis * 1_000_000);
    }
}
