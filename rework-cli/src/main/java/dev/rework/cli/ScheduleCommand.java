package dev.rework.cli;

import dev.rework.Task;
import dev.rework.TaskBuilder;
import dev.rework.internal.db.OperationStore;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.util.RawValue;

/** {@code rework schedule}. */
@Command(
        description = {
            "Schedules a task of OPERATION and prints its id.",
            "With --wait its lines go to stderr and its output to stdout, and it exits with the outcome."
        })
final class ScheduleCommand extends DatabaseCommand {
    @Mixin
    InputOptions input = new InputOptions();

    @Option(names = "--domain", paramLabel = "DOMAIN", description = "The operation's domain, when it is in several.")
    @Nullable
    String domain;

    @Option(names = "--host", paramLabel = "HOST", description = "The only host that may run it.")
    String host = "";

    @Option(names = "--priority", paramLabel = "N", description = "Higher ones run first.")
    @Nullable
    Integer priority;

    @Option(names = "--in", paramLabel = "DURATION", description = "Not before this long from now: PT5S.")
    @Nullable
    String in;

    @Option(names = "--at", paramLabel = "TIME", description = "Not before this moment: 2026-11-28T16:00:00+01:00.")
    @Nullable
    String at;

    @Option(names = "--wait", description = "Wait for its end, showing what it prints.")
    boolean wait;

    @Option(names = "--timeout", paramLabel = "DURATION", description = "Wait no longer than this; the task goes on.")
    @Nullable
    String timeout;

    @Override
    protected List<String> needs() {
        return List.of("OPERATION");
    }

    @Override
    protected ExitCode perform(Database database) throws IOException {
        Duration patience = timeout == null ? null : Moments.duration("--timeout", timeout);
        demandSense();
        TaskBuilder<Object> builder = described(database);
        Task<Object> task = builder.schedule();
        (wait ? err() : out()).println(task.id());
        if (!wait) {
            return ExitCode.DONE;
        }
        LogFollower follower = new LogFollower(database, rework().errorPalette(), err(), err());
        ExitCode end = follower.follow(task.id(), 0, patience);
        TaskOutput.write(database, task.id(), out());
        return end;
    }

    private void demandSense() {
        input.demandOne();
        if (in != null && at != null) {
            throw new Refusal(ExitCode.USAGE, "give one of --in and --at");
        }
        if (timeout != null && !wait) {
            throw new Refusal(ExitCode.USAGE, "--timeout goes with --wait");
        }
    }

    private TaskBuilder<Object> described(Database database) throws IOException {
        String operation = word(0);
        TaskBuilder<Object> builder =
                database.client().task(operation).host(host).metadata(input.metadata());
        if (domain != null) {
            builder.domain(domain);
        }
        if (priority != null) {
            builder.priority(priority);
        }
        if (in != null) {
            builder.delay(Moments.duration("--in", in));
        }
        if (at != null) {
            builder.at(Moments.moment("--at", at));
        }
        String json = input.json(rework().shell(), new OperationStore(database.jdbi()), operation, domain);
        if (json != null) {
            builder.input(new RawValue(json));
        }
        byte[] raw = input.raw(rework().shell());
        if (raw != null) {
            builder.rawInput(raw);
        }
        return builder;
    }
}
