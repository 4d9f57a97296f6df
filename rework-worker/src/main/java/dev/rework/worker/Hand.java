package dev.rework.worker;

import dev.rework.internal.FaultPoint;
import dev.rework.internal.HandCell;
import dev.rework.internal.db.Claim;
import dev.rework.internal.db.Outcome;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What this worker holds: claims not begun, the one that runs, outcomes not settled. All decisions about a claim that two
 * threads may want to take (begin it, drop it, give it back, interrupt it) are taken here, under one lock.
 */
final class Hand {
    private final HandCell cell;
    private final Deque<Claim> unbegun = new ArrayDeque<>();
    private final List<Outcome> finished = new ArrayList<>();
    private final List<Outcome> settling = new ArrayList<>();
    private final Set<Long> leaving = new HashSet<>();
    private @Nullable Running running;
    private boolean closed;

    Hand(HandCell cell) {
        this.cell = cell;
    }

    /** The process halts since it may not be believed any more; written where the monitor finds it. */
    void distrust() {
        cell.distrust();
    }

    /** The task that runs. */
    static final class Running {
        private final Claim claim;
        private final Served.Operation operation;
        private final long since;
        private final Thread thread;
        private volatile boolean aborting;
        private volatile boolean marked;

        Running(Claim claim, Served.Operation operation, Thread thread) {
            this.claim = claim;
            this.operation = operation;
            this.thread = thread;
            this.since = System.nanoTime();
        }

        Claim claim() {
            return claim;
        }

        Served.Operation operation() {
            return operation;
        }

        /** What runs it. */
        Thread thread() {
            return thread;
        }

        /** When it began, by {@link System#nanoTime}. */
        long since() {
            return since;
        }

        /** Whether its end was asked for. */
        boolean isAborting() {
            return aborting;
        }

        /** Whether the database says that it runs. */
        boolean isMarked() {
            return marked;
        }

        void mark() {
            marked = true;
        }
    }

    /** What became of a claim that should not begin. */
    enum Dropped {
        DROPPED,
        BEGUN,
        GONE
    }

    /** Takes claims. */
    synchronized void add(List<Claim> claims) {
        unbegun.addAll(claims);
    }

    /** The claim that would begin next. */
    synchronized @Nullable Claim next() {
        return closed ? null : unbegun.peek();
    }

    /**
     * Begins the given claim, unless it was dropped or given back since.
     *
     * @param claim the same claim, with its inputs
     */
    synchronized @Nullable Running begin(Claim next, Claim claim, Served.Operation operation) {
        Claim first = unbegun.peek();
        if (closed || first == null || first.id() != next.id() || first.attempt() != next.attempt()) {
            return null;
        }
        unbegun.remove();
        cell.begin(claim.id(), claim.attempt());
        FaultPoint.pass("worker.begun");
        Running begun = new Running(claim, operation, Thread.currentThread());
        running = begun;
        return begun;
    }

    /** Ends the running one; an interrupt that was meant for it goes no further. */
    synchronized void end(@Nullable Outcome outcome) {
        running = null;
        if (outcome != null) {
            finished.add(outcome);
        }
        Thread.interrupted();
    }

    /** The one that runs. */
    synchronized @Nullable Running running() {
        return running;
    }

    /** Whether claims wait to begin. */
    synchronized boolean hasUnbegun() {
        return !unbegun.isEmpty();
    }

    /** Whether no task runs, waits to begin or is being given back; that stays so until the next claim. */
    synchronized boolean holdsOutcomesOnly() {
        return running == null && unbegun.isEmpty() && leaving.isEmpty();
    }

    /** Whether outcomes wait to be settled. */
    synchronized boolean hasFinished() {
        return !finished.isEmpty();
    }

    /** How long the longest of them took. */
    synchronized long longest() {
        long longest = 0;
        for (Outcome outcome : finished) {
            longest = Math.max(longest, outcome.endedNanos() - outcome.sinceNanos());
        }
        return longest;
    }

    /** Decides about a claim that must not begin. */
    synchronized Dropped drop(long task, int attempt) {
        Running now = running;
        if (now != null && now.claim.id() == task && now.claim.attempt() == attempt) {
            return Dropped.BEGUN;
        }
        if (unbegun.removeIf(claim -> claim.id() == task && claim.attempt() == attempt)) {
            return Dropped.DROPPED;
        }
        return leaving.contains(task) ? Dropped.DROPPED : Dropped.GONE;
    }

    /** The same; when it runs, nothing begins any more. */
    synchronized Dropped end(long task, int attempt) {
        Dropped dropped = drop(task, attempt);
        closed |= dropped == Dropped.BEGUN;
        return dropped;
    }

    /** Asks the running attempt to end, if it is this one. */
    synchronized @Nullable Running interrupt(long task, int attempt) {
        Running now = running;
        if (now == null || now.claim.id() != task || now.claim.attempt() != attempt) {
            return null;
        }
        now.aborting = true;
        now.thread.interrupt();
        return now;
    }

    /** Takes out all claims that have not begun, to give them back; {@link #left} must follow. */
    synchronized List<Claim> takeUnbegun() {
        List<Claim> taken = new ArrayList<>(unbegun);
        unbegun.clear();
        taken.forEach(claim -> leaving.add(claim.id()));
        return taken;
    }

    /** These claims were given back, or are lost to us. */
    synchronized void left(List<Claim> claims) {
        claims.forEach(claim -> leaving.remove(claim.id()));
    }

    /** Begins nothing any more. */
    synchronized void close() {
        closed = true;
    }

    /** Outcomes to settle now, up to so many bytes but at least one; {@link #settled} must follow. */
    synchronized List<Outcome> takeFinished(long mostBytes) {
        long bytes = 0;
        int n = 0;
        for (Outcome outcome : finished) {
            bytes += size(outcome);
            if (n > 0 && bytes > mostBytes) {
                break;
            }
            n++;
        }
        List<Outcome> head = finished.subList(0, n);
        List<Outcome> taken = new ArrayList<>(head);
        head.clear();
        settling.addAll(taken);
        return taken;
    }

    /** What was taken is settled, but for these, which are to be settled again. */
    synchronized void settled(List<Outcome> again) {
        settling.clear();
        finished.addAll(0, again);
    }

    /** Every task this process knows itself to hold. */
    synchronized Set<Long> known() {
        Set<Long> known = new HashSet<>();
        unbegun.forEach(claim -> known.add(claim.id()));
        finished.forEach(outcome -> known.add(outcome.id()));
        settling.forEach(outcome -> known.add(outcome.id()));
        if (running != null) {
            known.add(running.claim.id());
        }
        return known;
    }

    private static long size(Outcome outcome) {
        long size = 200;
        size += outcome.output() == null ? 0 : outcome.output().length();
        size += outcome.rawOutput() == null ? 0 : outcome.rawOutput().length;
        size += outcome.error() == null ? 0 : outcome.error().length();
        return size;
    }
}
