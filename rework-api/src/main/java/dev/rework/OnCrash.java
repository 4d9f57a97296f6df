package dev.rework;

/** What follows when the process under a task ends: its own doing, for want of memory, or with its host. */
public enum OnCrash {
    /** The task fails with the cause; nobody runs it again unasked. */
    FAIL,
    /** The task runs again while it has retries left: its method must bear being run twice. */
    RETRY
}
