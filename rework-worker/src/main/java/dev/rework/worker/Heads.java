package dev.rework.worker;

import dev.rework.internal.db.Ask;
import dev.rework.internal.db.Claim;
import dev.rework.internal.db.Found;
import dev.rework.internal.db.Head;
import dev.rework.internal.db.Lane;
import dev.rework.internal.db.Place;
import dev.rework.internal.db.TaskQueue;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which lane to claim from next: the one whose first task is best. Looks at the heads of all lanes at a wake-up, when a lane
 * is empty, when more than one has tasks, and once a second; from the last claimed place on (the watermark), or from the
 * beginning when {@link ProbeBudget} allows. What is claimed right after a look may be anything, later only what nobody has
 * touched. For the loop's thread alone.
 */
final class Heads {
    private static final long FRESH_NANOS = 1_000_000_000;

    private final ProbeBudget budget = new ProbeBudget();
    private final Map<Lane, Place> watermarks = new HashMap<>();
    private List<Head> heads = List.of();
    private boolean known;
    private boolean emptied;
    private long looked;
    private boolean fromBeginning;

    /** Forgets what it saw: there may be something new. */
    void forget() {
        known = false;
        emptied = false;
    }

    /** What to ask for; null when there is nothing. */
    @Nullable
    Ask next(TaskQueue queue, List<Lane> lanes, BatchSizing sizing) throws SQLException {
        long now = System.nanoTime();
        boolean stale = !known || heads.size() != 1 || now - looked > FRESH_NANOS;
        if (stale) {
            look(queue, lanes);
        }
        if (heads.isEmpty()) {
            return null;
        }
        Head best = heads.get(0);
        Place from = watermarks.getOrDefault(best.lane(), Place.FIRST);
        return new Ask(best.lane(), from, sizing.next(best.lane().operation()), !stale);
    }

    /** Whether all lanes may be looked at from their beginning now. */
    boolean mayLookAtAll() {
        return budget.allows(System.nanoTime());
    }

    /** Whether the last claim brought all there was, as far as is known. */
    boolean isEmptied() {
        return emptied;
    }

    /** Something was found past it, after a rest. */
    void found(Found found) {
        List<Claim> claims = found.claims();
        watermarks.put(found.lane(), claims.get(claims.size() - 1).place());
        known = false;
        emptied = true;
    }

    private void look(TaskQueue queue, List<Lane> lanes) throws SQLException {
        known = false;
        boolean full = budget.allows(System.nanoTime());
        probe(queue, lanes, full);
        if (heads.isEmpty() && !full && budget.allows(System.nanoTime())) {
            probe(queue, lanes, true);
        }
        looked = System.nanoTime();
        known = true;
    }

    private void probe(TaskQueue queue, List<Lane> lanes, boolean full) throws SQLException {
        List<Place> from = new ArrayList<>(lanes.size());
        for (Lane lane : lanes) {
            from.add(full ? Place.FIRST : watermarks.getOrDefault(lane, Place.FIRST));
        }
        long began = System.nanoTime();
        heads = lanes.isEmpty() ? List.of() : queue.heads(lanes, from);
        if (full) {
            budget.spent(began, System.nanoTime());
        }
        fromBeginning = full;
        heads.forEach(head -> watermarks.put(head.lane(), head.place()));
    }

    /** What the ask brought. */
    void claimed(Ask ask, List<Claim> claims) {
        if (!claims.isEmpty()) {
            watermarks.put(ask.lane(), claims.get(claims.size() - 1).place());
        }
        emptied = claims.size() < ask.most();
        known &= !emptied;
    }

    /** How long the loop may wait for a wake-up when there is nothing: not for ever, when part of it was not looked at. */
    long patienceMillis(long otherwise) {
        return fromBeginning ? otherwise : Math.min(otherwise, budget.untilAllowed(System.nanoTime()) / 1_000_000 + 1);
    }
}
