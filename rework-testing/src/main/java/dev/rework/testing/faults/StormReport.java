package dev.rework.testing.faults;

import java.util.List;
import java.util.Map;

/**
 * What a storm did and what came of it.
 *
 * @param seed how to have the same order of faults again
 * @param scheduled how many tasks there were
 * @param states how many ended in which state and cause
 * @param faults how many of each kind there were
 * @param lost tasks that did not end
 * @param twiceAtOnce executions that began while another of the same task ran
 * @param repeatedOnce tasks of the operation that must run at most once, and began more often
 * @param endedTwice tasks whose row became final, or changed when it was, more often than once
 * @param unexplained tasks whose beginnings are more than their attempts, or whose earlier attempts are not all kept
 * @param blewMillis how long it blew
 * @param calmMillis how long after the last fault everything had ended
 * @param strongMillis how long after the last fault all workers were there again
 */
public record StormReport(
        long seed,
        int scheduled,
        Map<String, Long> states,
        Map<String, Integer> faults,
        List<Long> lost,
        List<Long> twiceAtOnce,
        List<Long> repeatedOnce,
        List<Long> endedTwice,
        List<Long> unexplained,
        long blewMillis,
        long calmMillis,
        long strongMillis) {

    /** Whether nothing was lost, doubled or unexplained. */
    public boolean clean() {
        return lost.isEmpty()
                && twiceAtOnce.isEmpty()
                && repeatedOnce.isEmpty()
                && endedTwice.isEmpty()
                && unexplained.isEmpty();
    }

    /** How many faults there were. */
    public int blows() {
        return faults.values().stream().mapToInt(Integer::intValue).sum();
    }

    /** For a log: one line. */
    @Override
    public String toString() {
        return "storm seed " + seed + ": " + scheduled + " tasks, " + states + ", " + blows() + " faults in "
                + blewMillis / 1000 + " s " + faults + ", lost " + lost.size() + ", twice at once " + twiceAtOnce.size()
                + ", repeated " + repeatedOnce.size() + ", ended twice " + endedTwice.size() + ", unexplained "
                + unexplained.size() + ", all ended " + calmMillis + " ms and all workers there " + strongMillis
                + " ms after the last fault";
    }
}
