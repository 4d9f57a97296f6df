package dev.rework.monitor;

import dev.rework.Cause;
import dev.rework.internal.Control;
import dev.rework.internal.HandCell.Begun;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A worker that lives, or did a moment ago: started by this monitor, or adopted from a dead one. Then there is no pipe, and
 * what it has in hand is read from its cell. Threads may share it.
 */
final class WorkerProcess {

    /**
     * Why it is being killed; known before it happens.
     *
     * @param cause for the task in hand
     */
    record Doom(Cause cause, String reason, String deathinfo) {}

    /**
     * What never changes.
     *
     * @param cell its hand cell
     * @param debugPort null for none
     */
    record Facts(
            long id,
            UUID tag,
            ProcessHandle handle,
            ProcessIdentity identity,
            Path cell,
            @Nullable Integer debugPort) {}

    /** What connects it with this monitor: it has its own ends of the pipes. */
    record Link(@Nullable Process process, ControlLine control, WorkerOutput output, PipeReader reader) {}

    /** What an attempt was doing. */
    record Dump(Begun attempt, String content) {}

    private final Facts facts;
    private final @Nullable Link link;
    private final Answers answers = new Answers();
    private final long bornNanos = System.nanoTime();
    private final AtomicReference<@Nullable Doom> doom = new AtomicReference<>();
    private volatile boolean reported;
    private volatile boolean stopSent;
    private volatile boolean waits;
    private volatile long idleSince = System.nanoTime();
    private volatile long wokenAt = System.nanoTime();
    private volatile @Nullable Dump lastDump;
    private volatile String bye = "";
    private volatile int memoryMb;
    private volatile int peakMb;

    WorkerProcess(Facts facts, @Nullable Link link) {
        this.facts = facts;
        this.link = link;
        this.reported = link == null;
        this.stopSent = link == null;
    }

    Facts facts() {
        return facts;
    }

    long id() {
        return facts.id;
    }

    Answers answers() {
        return answers;
    }

    Optional<Link> link() {
        return Optional.ofNullable(link);
    }

    /** Started by a monitor that is dead; it ends after its task. */
    boolean isAdopted() {
        return link == null;
    }

    boolean isReported() {
        return reported;
    }

    void report() {
        reported = true;
        idleSince = System.nanoTime();
    }

    /** Taken before its end; kept once the verdict is written, which somebody waits for. */
    void lastDump(Dump dump) {
        lastDump = dump;
    }

    Optional<Dump> lastDump() {
        return Optional.ofNullable(lastDump);
    }

    /** Whether it was told to end, will be killed, or ends by itself. */
    boolean isEnding() {
        return stopSent || doom.get() != null || !bye.isEmpty();
    }

    WorkerOutput.@Nullable Hand hand() {
        return link == null ? null : link.output.hand();
    }

    boolean isIdle() {
        return reported && !waits && !isEnding() && hand() == null;
    }

    /** Whether it runs the last task it may run. */
    boolean isOnLast() {
        WorkerOutput.Hand now = hand();
        return now != null && now.isLast();
    }

    /** Whether it stands ready, and takes no task before another has ended. */
    boolean isWaiting() {
        return waits;
    }

    /** It was started so. */
    void waiting() {
        waits = true;
    }

    /** It may take tasks from here on. */
    void letIn() {
        waits = false;
        idle();
        wake();
    }

    boolean isParked() {
        WorkerOutput.Hand now = hand();
        return now != null && now.isParked();
    }

    /** Whether the attempt is the one in its hands as far as its output says. */
    boolean holds(Begun attempt) {
        WorkerOutput.Hand now = hand();
        return now != null && now.attempt().equals(attempt);
    }

    void idle() {
        idleSince = System.nanoTime();
    }

    long idleNanos() {
        return System.nanoTime() - idleSince;
    }

    long ageNanos() {
        return System.nanoTime() - bornNanos;
    }

    /** Sends it a control line; an adopted one hears nothing. */
    void send(Control control) {
        if (link != null) {
            link.control.send(control);
        }
    }

    /** The same, without the detour over another thread if it can be; may overtake what was sent before. */
    void sendNow(Control control) {
        if (link != null) {
            link.control.sendNow(control);
        }
    }

    /** Tells it that there may be work. */
    void wake() {
        wokenAt = System.nanoTime();
        sendNow(new Control.Wake());
    }

    /** When it was last told so, by {@link System#nanoTime}. */
    long wokenAt() {
        return wokenAt;
    }

    /** Tells it to end after the task in hand; false when it had been told. */
    boolean stop(String reason) {
        if (stopSent) {
            return false;
        }
        stopSent = true;
        send(new Control.Stop(reason));
        return true;
    }

    /** Says why it will be killed; the first reason counts. */
    boolean doom(Doom why) {
        return doom.compareAndSet(null, why);
    }

    Optional<Doom> doom() {
        return Optional.ofNullable(doom.get());
    }

    /** Why it said it ends; empty when it did not. */
    String bye() {
        return bye;
    }

    void bye(String reason) {
        bye = reason.isBlank() ? "ended by itself" : reason;
    }

    int memoryMb() {
        return memoryMb;
    }

    int peakMb() {
        return peakMb;
    }

    void memory(int mb) {
        memoryMb = mb;
        peakMb = Math.max(peakMb, mb);
    }

    /** Begins a new peak with the task in hand. */
    void resetPeak() {
        peakMb = memoryMb;
    }

    @Override
    public String toString() {
        return "worker #" + facts.id + " (pid " + facts.identity.pid() + ")";
    }
}
