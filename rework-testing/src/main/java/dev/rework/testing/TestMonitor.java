package dev.rework.testing;

import dev.rework.Task;
import dev.rework.TaskState;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.ReworkHome;
import dev.rework.monitor.Monitor;
import dev.rework.monitor.MonitorListener;
import dev.rework.monitor.MonitorOptions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * A monitor that a test steps by hand, with real worker processes. It starts with its first step, with as many workers as
 * queued tasks deserve, two at most, unless {@link #options} says otherwise. Not for several threads at once.
 */
public final class TestMonitor implements AutoCloseable {

    private static final String DUE = """
            update rework.task
               set run_at = clock_timestamp()
             where waiting and plan is not null and run_at > clock_timestamp() and run_at <= ?
            """;

    private final DatabaseAddress address;
    private final ReworkHome home;
    private final String domain;
    private final TestClock clock;
    private final List<String> said = new CopyOnWriteArrayList<>();
    private UnaryOperator<MonitorOptions.Builder> wishes = options -> options.workers(0, 2);
    private @Nullable Monitor monitor;
    private @Nullable Thread running;

    TestMonitor(DatabaseAddress address, ReworkHome home, String domain, TestClock clock) {
        this.address = address;
        this.home = home;
        this.domain = domain;
        this.clock = clock;
    }

    /** Options for the next start; closes a monitor that runs already. */
    public TestMonitor options(UnaryOperator<MonitorOptions.Builder> wanted) {
        close();
        wishes = wanted;
        return this;
    }

    /** One look at everything. Does not wait. */
    public TestMonitor step() {
        if (running != null) {
            throw new IllegalStateException("it runs by itself already");
        }
        Monitor stepped = monitor;
        if (stepped == null) {
            stepped = make();
            stepped.start();
            monitor = stepped;
        }
        if (clock.isAhead()) {
            queuePlanned();
        }
        stepped.step();
        return this;
    }

    /** Tasks of plans that fired by a clock that was put forward wait for their instant by the database's. */
    private void queuePlanned() {
        try (Connection connection = address.dataSource("test-clock").getConnection();
                PreparedStatement statement = connection.prepareStatement(DUE)) {
            statement.setObject(1, clock.instant().atOffset(ZoneOffset.UTC));
            statement.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException("cannot put planned tasks forward: " + e.getMessage(), e);
        }
    }

    /** Lets it run by itself, in a thread of its own, until {@link #close}: for tests that join. */
    public TestMonitor run() {
        close();
        Monitor alone = make();
        Thread thread = new Thread(alone::run, "test-monitor");
        thread.setDaemon(true);
        thread.start();
        monitor = alone;
        running = thread;
        return this;
    }

    private Monitor make() {
        MonitorOptions options = wishes.apply(
                        MonitorOptions.of(domain, ReworkLab.HOST).home(home))
                .build();
        MonitorListener listener = said::add;
        return new Monitor(address, options, listener, clock);
    }

    /**
     * Steps until a task has ended, and returns it.
     *
     * @throws AssertionError when it has not within {@link Eventually#PATIENCE}
     */
    public <O> Task<O> stepUntilEnd(Task<O> task) {
        stepUntil(task, TaskState.DONE);
        return task;
    }

    /**
     * Steps until a task has reached a state, or ended.
     *
     * @throws AssertionError when it has not within {@link Eventually#PATIENCE}
     */
    public void stepUntil(Task<?> task, TaskState wanted) {
        Eventually.value(
                "state of task " + task.id(),
                Eventually.PATIENCE,
                () -> step().stateOf(task),
                state -> state == wanted || state.isFinal());
    }

    /** Steps until something holds. */
    public void stepUntil(String what, java.util.concurrent.Callable<Boolean> condition) {
        Eventually.isTrue(what, Eventually.PATIENCE, () -> {
            step();
            return condition.call();
        });
    }

    private TaskState stateOf(Task<?> task) {
        return task.state();
    }

    /** How many worker processes it has now. */
    public int workers() {
        return monitor == null ? 0 : monitor.workers();
    }

    /** What it has said so far, one line each. */
    public List<String> said() {
        return List.copyOf(said);
    }

    /** Kills its workers. A later step starts a new one. */
    @Override
    public void close() {
        Monitor open = monitor;
        if (open == null) {
            return;
        }
        if (running != null) {
            end(open, running);
        } else {
            open.close();
        }
        running = null;
        monitor = null;
    }

    /** The thread that runs it closes it: told once to drain, told twice to be quick. */
    private static void end(Monitor open, Thread thread) {
        open.stop();
        open.stop();
        try {
            thread.join(Eventually.PATIENCE.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
