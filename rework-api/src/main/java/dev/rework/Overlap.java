package dev.rework;

/** What a plan does when an instant comes and its previous task has not ended. */
public enum Overlap {
    /** Another task is made: several may run at once. */
    ALLOW,
    /** The instant is given up, and counted in {@link Plan#skipped()}. */
    SKIP,
    /**
     * The instant waits until the previous task has ended; at most as many wait as the plan's limit
     * of missed instants, of which the newest are kept.
     */
    QUEUE
}
