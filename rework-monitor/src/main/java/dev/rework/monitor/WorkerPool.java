package dev.rework.monitor;

import dev.rework.internal.FaultPoint;
import dev.rework.internal.SecretKeys;
import dev.rework.internal.db.WorkerStore;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The worker processes a monitor has now. Threads may share it. */
final class WorkerPool {

    private static final int HIGHEST_PORT = 65_535;
    private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
    private static final long RACE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long TRAINING_MILLIS = 1_500;
    private static final int KILLED = 137;
    private static final int ENDED = 143;

    private final MonitorContext context;
    private final WorkerSpawn spawn;
    private final LogCap.Limits limits;
    private final SecretKeys secrets;
    private final StartBackoff backoff = new StartBackoff();
    private final Map<Long, WorkerProcess> workers = new ConcurrentHashMap<>();
    private final AtomicInteger inquests = new AtomicInteger();
    private final Inquest inquest;
    private final AtomicBoolean trains = new AtomicBoolean();
    private volatile long readyAt = System.nanoTime() - RACE_NANOS;

    WorkerPool(MonitorContext context, WorkerSpawn spawn, LogCap.Limits limits) {
        this.context = context;
        this.spawn = spawn;
        this.limits = limits;
        this.secrets = SecretKeys.of(System.getenv(), context.options().home());
        this.inquest = new Inquest(context);
    }

    Collection<WorkerProcess> all() {
        return workers.values();
    }

    Optional<WorkerProcess> find(long id) {
        return Optional.ofNullable(workers.get(id));
    }

    int size() {
        return workers.size();
    }

    /** How many deaths are still being looked into. */
    int inquests() {
        return inquests.get();
    }

    boolean mayStart() {
        return !backoff.isResting();
    }

    List<WorkerProcess> idle() {
        return workers.values().stream().filter(WorkerProcess::isIdle).toList();
    }

    /**
     * Starts one. It has its row before it has its process, so that none can be forgotten. When as many work already as
     * may, because one of them runs its last task, the new one comes up and waits for that one's end.
     */
    void start() {
        boolean waits = working() >= context.options().maxWorkers();
        UUID tag = UUID.randomUUID();
        Integer port = freePort();
        MonitorOptions options = context.options();
        long id = context.stores()
                .workers()
                .insert(new WorkerStore.Planned(
                        options.host(),
                        options.domain(),
                        context.id(),
                        tag,
                        ProcessIdentity.BOOT,
                        ProcessIdentity.SPACE,
                        port));
        WorkerSpawn.Spawned spawned;
        try {
            spawned = spawn.spawn(id, tag, port, waits);
        } catch (IOException | RuntimeException e) {
            inquest.neverBegan(id, "could not be started: " + e.getMessage());
            failed("worker #" + id + " could not be started: " + e.getMessage());
            return;
        }
        WorkerProcess worker = linked(id, tag, port, spawned, waits);
        ProcessIdentity identity = worker.facts().identity();
        try {
            context.stores().workers().spawned(id, identity.pid(), identity.start());
        } finally {
            watch(worker, spawned.process().onExit().thenApply(Process::exitValue)::thenAcceptAsync);
        }
    }

    private WorkerProcess linked(
            long id, UUID tag, @Nullable Integer port, WorkerSpawn.Spawned spawned, boolean waits) {
        Process process = spawned.process();
        WorkerEars ears = new WorkerEars(context, this);
        byte[] nonce = spawned.nonce().getBytes(StandardCharsets.US_ASCII);
        WorkerOutput output = new WorkerOutput(nonce, limits, secrets, ears);
        PipeReader reader = new PipeReader(process.getInputStream(), output);
        ControlLine control = new ControlLine(spawned.control());
        WorkerProcess worker = new WorkerProcess(
                new WorkerProcess.Facts(
                        id, tag, process.toHandle(), ProcessIdentity.of(process.pid()), spawn.cell(tag), port),
                new WorkerProcess.Link(process, control, output, reader));
        if (waits) {
            worker.waiting();
        }
        ears.of(worker);
        workers.put(id, worker);
        control.start("rework-tell-" + id);
        reader.start("rework-pipe-" + id);
        return worker;
    }

    /** Takes over one that a dead monitor started. */
    void adopt(WorkerStore.Live row, ProcessHandle handle) {
        WorkerProcess worker = new WorkerProcess(
                new WorkerProcess.Facts(
                        row.id(), row.tag(), handle, ProcessIdentity.of(handle.pid()), spawn.cell(row.tag()), null),
                null);
        workers.put(row.id(), worker);
        context.stores().workers().adopt(row.id(), context.id());
        FaultPoint.pass("monitor.adopted");
        watch(worker, handle.onExit().<@Nullable Integer>thenApply(gone -> null)::thenAcceptAsync);
    }

    /** A worker of this host and domain whose process is gone, nobody knows since when. */
    void foundDead(WorkerStore.Live row, boolean sameBoot) {
        inquests.incrementAndGet();
        context.acts().execute(() -> {
            try {
                inquest.foundDead(row, spawn.cell(row.tag()), sameBoot);
            } finally {
                inquests.decrementAndGet();
                context.bell().look();
            }
        });
    }

    /** How a future lets something run elsewhere once it is complete. */
    private interface Exit {
        Object then(java.util.function.Consumer<@Nullable Integer> action, java.util.concurrent.Executor where);
    }

    private void watch(WorkerProcess worker, Exit exit) {
        exit.then(code -> ended(worker, code), context.acts());
    }

    private void ended(WorkerProcess worker, @Nullable Integer code) {
        inquests.incrementAndGet();
        try {
            workers.remove(worker.id());
            boolean told = worker.doom()
                    .filter(doom -> doom.deathinfo().equals(RunningMonitor.EXIT))
                    .isPresent();
            if (!worker.isReported() && worker.bye().isEmpty() && !told) {
                if (code != null && code != 0 && code != KILLED && code != ENDED) {
                    spawn.archive().blame();
                }
                String words =
                        worker.link().map(link -> link.output().lastWords()).orElse("");
                failed(worker + " ended before it reported in: "
                        + words.lines().findFirst().orElse(code == null ? "" : "exit code " + code));
            }
            // Whoever waits for the task's end comes first; another worker is started when it is written.
            inquest.hold(worker, code);
        } finally {
            inquests.decrementAndGet();
            context.bell().look();
        }
    }

    private void failed(String what) {
        context.listener().says(what + "; next try in " + backoff.failed() + " s");
    }

    void reported() {
        backoff.worked();
        if (spawn.archive().isMissing() && trains.compareAndSet(false, true)) {
            context.acts().execute(this::train);
        }
    }

    /** Not beside the start of the other workers, and not for a monitor that is gone in a moment. */
    private void train() {
        try {
            TimeUnit.MILLISECONDS.sleep(TRAINING_MILLIS);
            spawn.train().ifPresent(context.listener()::details);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Something was queued: tells one idle worker at once, that which was told longest ago. The look that follows says
     * whether more are needed.
     *
     * @return whether there was one
     */
    boolean ready() {
        readyAt = System.nanoTime();
        WorkerProcess next = workers.values().stream()
                .filter(WorkerProcess::isIdle)
                .min(Comparator.comparingLong(worker -> worker.wokenAt() - readyAt))
                .orElse(null);
        if (next != null) {
            next.wake();
        }
        return next != null;
    }

    /**
     * A worker has nothing in hand any more. It looks for more by itself; but what was queued since it was last told may
     * have been too late for its look, and too early for us to see it idle.
     */
    void idle(WorkerProcess worker) {
        long ready = readyAt;
        if (ready - worker.wokenAt() > 0 && System.nanoTime() - ready < RACE_NANOS && !worker.isEnding()) {
            worker.wake();
        }
    }

    /** There is work: tells as many idle workers. */
    void wake(int most) {
        workers.values().stream().filter(WorkerProcess::isIdle).limit(most).forEach(WorkerProcess::wake);
    }

    /** Lets in those who wait, as far as others have ended or are about to. */
    void letIn() {
        for (WorkerProcess worker : workers.values()) {
            if (worker.isWaiting()
                    && worker.isReported()
                    && working() < context.options().maxWorkers()) {
                worker.letIn();
            }
        }
    }

    private long working() {
        return workers.values().stream()
                .filter(worker -> !worker.isWaiting() && !worker.isEnding() && !worker.isParked())
                .count();
    }

    /** Whether everybody is busy and nobody may be added. */
    boolean isSaturated() {
        long busy = workers.values().stream()
                .filter(worker -> worker.hand() != null && !worker.isParked())
                .count();
        return busy >= context.options().maxWorkers();
    }

    /** The lowest port that nobody has; null when there are to be none, or none is left. */
    private @Nullable Integer freePort() {
        int first = context.options().debugPort();
        if (first == 0) {
            return null;
        }
        for (int port = first; port <= HIGHEST_PORT; port++) {
            // A worker that starts now has its port and does not listen yet.
            if (!isTaken(port) && isFree(port)) {
                return port;
            }
        }
        context.listener().says("no port is free for a debugger from " + first + " on");
        return null;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, LOOPBACK)) {
            return socket.isBound();
        } catch (IOException taken) {
            return false;
        }
    }

    private boolean isTaken(int port) {
        return workers.values().stream()
                .map(worker -> worker.facts().debugPort())
                .anyMatch(taken -> taken != null && taken == port);
    }
}
