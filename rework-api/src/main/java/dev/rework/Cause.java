package dev.rework;

/** Why a task failed or was aborted; a task that is done has none. */
public enum Cause {
    /** Its own exception. Failed; run again by {@code retries}. */
    ERROR,
    /** It ran longer than its operation allows. Aborted; run again by {@code retries}. */
    TIMEOUT,
    /** Its process ended under it: an exit code or a signal. Failed; run again by {@code onCrash}. */
    CRASH,
    /** It needed more memory than it had. Failed; run again by {@code onCrash}. */
    MEMORY,
    /** Its host fell silent. Failed; run again by {@code onCrash}. */
    LOST,
    /** Somebody asked for its end while it ran, or ended its worker or monitor. Aborted. */
    ABORT,
    /** Somebody asked for its end before it began. Aborted. */
    CANCELLED,
    /** It was not begun in time. Failed. */
    EXPIRED,
    /** A task it waited for did not succeed. Failed. */
    DEPENDENCY
}
