package dev.rework;

/**
 * Where a task stands. A task that a worker has taken but not begun is shown as {@link #QUEUED}.
 *
 * <pre>
 * scheduled -> queued -> running -> done | failed | aborted
 *                           \-> aborting -> aborted | done | failed
 * scheduled | queued -> aborted (cancelled)     blocked -> queued
 * </pre>
 */
public enum TaskState {
    /** Its moment has not come. Entered when scheduled for later or put off for a retry; left for queued or aborted. */
    SCHEDULED,
    /** It waits for other tasks. Left for queued or aborted. */
    BLOCKED,
    /** It is due and waits for a worker. Left for running or aborted. */
    QUEUED,
    /** Its method has been called. Left for done, failed, aborting, or queued again when it may be retried. */
    RUNNING,
    /** Its end was asked for. Left for aborted, or for done and failed when the method was quicker. */
    ABORTING,
    /** Its method returned. Final. */
    DONE,
    /** Its method threw, its process died, or its host fell silent. Final. */
    FAILED,
    /** It was ended on purpose, or before it began. Final. */
    ABORTED;

    /** Whether nothing will change any more. */
    public boolean isFinal() {
        return this == DONE || this == FAILED || this == ABORTED;
    }
}
