package dev.rework.monitor;

/** What becomes of busy workers when their monitor ends and its grace is over. */
public enum OnExit {
    /** They are killed; their tasks are aborted. */
    KILL,
    /** They finish alone; the next monitor finds them. */
    LEAVE
}
