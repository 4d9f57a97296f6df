package dev.rework.monitor;

import dev.rework.Cause;
import dev.rework.internal.DatabaseAddress;
import dev.rework.internal.RegistrationIndex;
import dev.rework.internal.db.DumpStore;
import dev.rework.internal.db.MonitorStore;
import dev.rework.internal.db.Retention;
import dev.rework.internal.db.TaskStore;
import dev.rework.internal.db.TaskVerdicts;
import dev.rework.internal.db.WorkerStore;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jdbi.v3.core.Jdbi;
import org.jspecify.annotations.Nullable;

/** A monitor between its start and its end: what it has open, and its duties. For one thread. */
final class RunningMonitor {

    /** What the end of its monitor does to a worker, in the words of the ancestor. */
    static final String EXIT = "monitor exit";

    private static final long KILL_NANOS = TimeUnit.SECONDS.toNanos(15);
    private static final long IDLE_NANOS = TimeUnit.SECONDS.toNanos(3);

    private final MonitorContext context;
    private final KeptConnections database;
    private final WorkerPool pool;
    private final @Nullable WakeUps wakeUps;
    private final LookAround look;
    private final KillRequested kills;
    private final ExpireTimeouts timeouts;
    private final PromoteDue promote;
    private final FireDuePlans plans;
    private final SizePool size;
    private final Round round;
    private boolean over;
    private boolean closed;

    private RunningMonitor(
            MonitorContext context, KeptConnections database, DatabaseAddress address, WorkerSpawn spawn) {
        this.context = context;
        this.database = database;
        pool = new WorkerPool(context, spawn, LogCap.Limits.DEFAULT);
        wakeUps = address.listenAddress()
                .map(where -> new WakeUps(where, context, pool))
                .orElse(null);
        look = new LookAround(context, pool);
        kills = new KillRequested(context, pool, look);
        timeouts = new ExpireTimeouts(context, pool, look, kills);
        promote = new PromoteDue(context, look);
        plans = new FireDuePlans(context, look);
        size = new SizePool(context, pool, look);
        round = new Round(
                List.of(
                        new RenewLease(context, pool, this::replaced),
                        new ReapDead(context, pool),
                        look,
                        kills,
                        timeouts,
                        new TakeDumps(context, pool, look),
                        new StartDeadline(context, pool, kills),
                        size,
                        new SampleResources(context, pool, kills),
                        promote,
                        plans,
                        new ReloadRegistrations(context, pool, look, spawn.index()),
                        new ReapLostHosts(context),
                        new StoreSpools(context, context.options().home().folder("run")),
                        new Purge(context)),
                context);
    }

    static RunningMonitor start(
            DatabaseAddress given, MonitorOptions options, MonitorListener listener, Clock clock, Bell bell) {
        FirstWords words = new FirstWords(bell.stopped());
        DatabaseAddress address = words.ask(given::found);
        KeptConnections database = new KeptConnections(address.dataSource("monitor"));
        try {
            Jdbi jdbi = TaskStore.jdbi(database);
            MonitorStore monitors = new MonitorStore(jdbi);
            UUID installation = words.ask(() -> {
                monitors.demandSchema();
                return monitors.installation();
            });
            Path index = RegistrationIndex.file(options.home(), installation, options.host(), options.domain());
            WorkerSpawn spawn = new WorkerSpawn(address, options, index, WorkerClasspath.ofThisProcess());
            long id = words.ask(() -> MonitorSeat.take(monitors, options, listener, words.isAgain()));
            MonitorContext context = new MonitorContext(
                    id,
                    options,
                    listener,
                    clock,
                    bell,
                    new Outage(listener),
                    database,
                    new MonitorContext.Stores(
                            new WorkerStore(jdbi),
                            monitors,
                            new TaskVerdicts(jdbi),
                            new DumpStore(jdbi),
                            new Retention(jdbi)),
                    new LogWriter(address.dataSource("monitor-log"), listener),
                    acts());
            RunningMonitor running = new RunningMonitor(context, database, address, spawn);
            running.begin();
            return running;
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    private static ExecutorService acts() {
        return Executors.newCachedThreadPool(action -> {
            Thread thread = new Thread(action, "rework-act");
            thread.setDaemon(true);
            return thread;
        });
    }

    private void begin() {
        MonitorOptions options = context.options();
        context.log().start();
        if (wakeUps != null) {
            wakeUps.start();
        }
        String kept = options.vacuum() == null ? "for ever" : shown(options.vacuum());
        context.listener()
                .says("monitor #" + context.id() + " of domain " + options.domain() + " on host " + options.host()
                        + ": "
                        + options.minWorkers() + " to " + options.maxWorkers() + " workers; finished tasks are kept "
                        + kept);
    }

    /** Whole days as people write them: {@link Duration} itself would say PT720H. */
    static String shown(Duration kept) {
        Duration days = Duration.ofDays(kept.toDays());
        return days.equals(kept) ? "P" + kept.toDays() + "D" : kept.toString();
    }

    long id() {
        return context.id();
    }

    int workers() {
        return pool.size();
    }

    boolean isOver() {
        return over;
    }

    /** Does whatever is due. */
    void round() {
        round.run();
        if (look.seen() == null) {
            return;
        }
        for (WorkerProcess worker : pool.all()) {
            worker.link().ifPresent(link -> link.reader().tick());
        }
    }

    /** Looks at everything. */
    void step() {
        look.force();
        round();
    }

    /** When something will be due, by {@link System#nanoTime}. */
    long next() {
        if (context.outage().isOn()) {
            return Math.min(context.outage().restUntil(), System.nanoTime() + LookAround.EVERY_NANOS);
        }
        long duties = Math.min(look.next(), Math.min(timeouts.next(), promote.next()));
        return Math.min(duties, plans.next());
    }

    private void replaced() {
        context.listener().says("another monitor serves this domain and host now; this one ends");
        over = true;
    }

    /** Lets no worker begin another task, and starts no new ones. */
    void stopClaiming() {
        if (!size.close()) {
            return;
        }
        context.listener().says("no new tasks begin");
        for (WorkerProcess worker : pool.all()) {
            worker.stop(EXIT);
        }
    }

    void close(OnExit onExit) {
        if (closed) {
            return;
        }
        closed = true;
        stopClaiming();
        if (onExit == OnExit.LEAVE) {
            until(IDLE_NANOS, () -> pool.all().stream().allMatch(worker -> worker.hand() != null));
            pool.all().forEach(worker -> context.listener().says(worker + " goes on alone"));
        } else {
            for (WorkerProcess worker : pool.all()) {
                kills.kill(worker, new WorkerProcess.Doom(Cause.ABORT, EXIT, EXIT));
            }
            boolean done = until(KILL_NANOS, () -> pool.size() == 0 && pool.inquests() == 0);
            if (!done) {
                context.listener().says("not all is settled; the next monitor goes on with it");
            }
        }
        end();
    }

    private void end() {
        if (wakeUps != null) {
            wakeUps.close();
        }
        context.log().close();
        context.acts().shutdownNow();
        try {
            context.stores().monitors().end(context.id());
        } catch (RuntimeException e) {
            context.listener().details("its end is not stored, its lease will pass: " + e.getMessage());
        }
        database.close();
        context.listener().says("monitor #" + context.id() + " has ended");
    }

    private boolean until(long nanos, BooleanSupplier holds) {
        long end = System.nanoTime() + nanos;
        while (!holds.getAsBoolean()) {
            if (System.nanoTime() > end) {
                return false;
            }
            try {
                context.bell().await(System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(20));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }
}
