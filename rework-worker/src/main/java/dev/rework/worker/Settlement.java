package dev.rework.worker;

import dev.rework.internal.FaultPoint;
import dev.rework.internal.PlainText;
import dev.rework.internal.db.Ask;
import dev.rework.internal.db.Claim;
import dev.rework.internal.db.Found;
import dev.rework.internal.db.Lane;
import dev.rework.internal.db.Outcome;
import dev.rework.internal.db.TaskQueue;
import dev.rework.internal.db.Turn;
import dev.rework.internal.db.Verdict;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Brings what has ended into the database and claims back from it, whatever gets lost on the way: an outcome stays in the
 * {@link Hand} until its settling was answered, a claim whose answer was lost is given back before the next. Threads may
 * share it.
 */
final class Settlement {
    private static final long MOST_BYTES = 8L * 1024 * 1024;
    private static final long TELL_NANOS = 10_000_000;

    private final Session session;
    private final Hand hand;
    private final String domain;
    private volatile boolean strays;
    private volatile boolean owed;
    private volatile long told = System.nanoTime() - TELL_NANOS;
    private volatile boolean dead;

    Settlement(Session session, Hand hand, String domain) {
        this.session = session;
        this.hand = hand;
        this.domain = domain;
    }

    /** Whether somebody has declared this worker dead: nothing it does counts any more. */
    boolean isDeclaredDead() {
        return dead;
    }

    /** Somebody has. */
    void declaredDead() {
        dead = true;
    }

    /**
     * Settles what has ended and, when everything is settled, claims. Once.
     *
     * @param ask null to claim nothing
     * @return the claims, which are in the hand already
     */
    List<Claim> turn(@Nullable Ask ask) throws SQLException {
        return session.once((connection, queue) -> turn(queue, ask));
    }

    private List<Claim> turn(TaskQueue queue, @Nullable Ask ask) throws SQLException {
        if (ask != null && strays) {
            giveBackStrays(queue);
        }
        while (true) {
            boolean rests = ask == null && !strays && hand.holdsOutcomesOnly();
            List<Outcome> outcomes = hand.takeFinished(MOST_BYTES);
            boolean last = !hand.hasFinished();
            if (outcomes.isEmpty() && ask == null) {
                return List.of();
            }
            Turn turn = turn(queue, outcomes, last ? ask : null, last && rests);
            taken(turn.claims());
            if (last) {
                return turn.claims();
            }
        }
    }

    private Turn turn(TaskQueue queue, List<Outcome> outcomes, @Nullable Ask ask, boolean rests) throws SQLException {
        boolean tell = System.nanoTime() - told >= TELL_NANOS;
        List<Outcome> again = outcomes;
        try {
            Turn turn = rests ? queue.rest(outcomes, tell) : queue.turn(outcomes, ask, tell);
            if (!turn.settled().isEmpty()) {
                FaultPoint.pass("worker.settled");
            }
            if (!turn.alive()) {
                dead = true;
            }
            again = refused(queue, outcomes, turn);
            noteTold(tell, !turn.settled().isEmpty());
            return turn;
        } catch (SQLException e) {
            strays |= ask != null;
            if (!Session.isAboutData(e) || outcomes.isEmpty()) {
                throw e;
            }
            again = separately(queue, outcomes, e);
            return new Turn(List.of(), Set.of(), true);
        } finally {
            hand.settled(again);
        }
    }

    private void taken(List<Claim> claims) {
        if (!claims.isEmpty()) {
            FaultPoint.pass("worker.claimed");
        }
        hand.add(claims);
    }

    private void noteTold(boolean tell, boolean settled) {
        if (settled && tell) {
            told = System.nanoTime();
            owed = false;
        } else if (settled) {
            owed = true;
        }
    }

    /** Outcomes that did not count and must be settled again. The others counted before, or somebody else decided. */
    private static List<Outcome> refused(TaskQueue queue, List<Outcome> outcomes, Turn turn) throws SQLException {
        if (turn.settled().size() == outcomes.size() || !turn.alive()) {
            return List.of();
        }
        List<Outcome> refused = new ArrayList<>(outcomes);
        refused.removeIf(outcome -> turn.settled().contains(outcome.id()));
        Map<Long, Verdict> verdicts = queue.readBack(refused);
        refused.removeIf(outcome -> verdicts.get(outcome.id()) != Verdict.HELD);
        return refused;
    }

    /** One of them can not be stored: settles each alone, and that one as a failure that says so. */
    private List<Outcome> separately(TaskQueue queue, List<Outcome> outcomes, SQLException reason) throws SQLException {
        List<Outcome> again = new ArrayList<>();
        for (Outcome outcome : outcomes) {
            again.addAll(alone(queue, outcome, outcomes.size() == 1 ? reason : null));
        }
        return again;
    }

    private List<Outcome> alone(TaskQueue queue, Outcome outcome, @Nullable SQLException reason) throws SQLException {
        List<Outcome> one = List.of(reason == null ? outcome : unstorable(outcome, reason));
        try {
            Turn turn = queue.turn(one, null, false);
            noteTold(false, true);
            return refused(queue, one, turn);
        } catch (SQLException e) {
            if (reason != null || !Session.isAboutData(e)) {
                throw e;
            }
            return alone(queue, outcome, e);
        }
    }

    private static Outcome unstorable(Outcome outcome, SQLException reason) {
        String why = PlainText.clean("the database refused the outcome: " + reason.getMessage());
        return new Outcome(
                outcome.id(),
                outcome.attempt(),
                false,
                null,
                null,
                why,
                why.lines().findFirst().orElse(""),
                outcome.sinceNanos(),
                outcome.endedNanos(),
                outcome.cpuMs(),
                outcome.peakMb(),
                -1);
    }

    /** Looks and claims in one, with nothing to settle. Once. The claims are in the hand already. */
    @Nullable
    Found find(List<Lane> lanes, int[] most) throws SQLException {
        return session.once((connection, queue) -> Optional.ofNullable(find(queue, lanes, most)))
                .orElse(null);
    }

    private @Nullable Found find(TaskQueue queue, List<Lane> lanes, int[] most) throws SQLException {
        if (strays) {
            giveBackStrays(queue);
        }
        try {
            Found found = queue.find(lanes, most);
            if (found != null) {
                taken(found.claims());
            }
            return found;
        } catch (SQLException e) {
            strays = true;
            throw e;
        }
    }

    private void giveBackStrays(TaskQueue queue) throws SQLException {
        List<Claim> lost = queue.strays(hand.known());
        if (!lost.isEmpty()) {
            queue.giveBack(lost, domain);
        }
        strays = false;
    }

    /** Gives back what has not begun. Once; when it fails, what is still ours is found before the next claim. */
    void giveBack() throws SQLException {
        if (hand.hasUnbegun()) {
            session.once((connection, queue) -> giveBack(queue));
        }
    }

    /** Nobody claims between the taking and the giving: the next claim overwrites what the row says is held. */
    private int giveBack(TaskQueue queue) throws SQLException {
        List<Claim> unbegun = hand.takeUnbegun();
        try {
            return queue.giveBack(unbegun, domain);
        } catch (SQLException e) {
            strays = true;
            throw e;
        } finally {
            hand.left(unbegun);
        }
    }

    /** Gives back what a lost answer, or a failed give-back, left in our name. Once. */
    void giveBackStrays() throws SQLException {
        if (strays) {
            session.once((connection, queue) -> {
                giveBackStrays(queue);
                return 0;
            });
        }
    }

    /** Tells waiting clients what was settled since they were last told, if it is time. */
    void tellIfOwed() throws SQLException {
        if (isDue()) {
            session.once((connection, queue) -> {
                // The loop may have told them while this waited for the connection.
                if (isDue()) {
                    queue.tell();
                    told = System.nanoTime();
                    owed = false;
                }
                return 0;
            });
        }
    }

    private boolean isDue() {
        return owed && System.nanoTime() - told >= TELL_NANOS;
    }

    /** Whether a notification is owed. */
    boolean owes() {
        return owed;
    }
}
