package dev.rework;

/**
 * What a plan does about instants at which no monitor of its domain was there to fire it. A restart
 * that takes less than 15 seconds misses nothing, whatever the policy: its instants fire late.
 */
public enum Missed {
    /** They are given up; the plan goes on with its next instant. */
    SKIP,
    /** One task makes up for all of them; it carries the newest missed instant. */
    ONCE,
    /** Each gets its task, the newest ones when there are more than the plan's limit. */
    ALL
}
