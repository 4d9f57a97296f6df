package dev.rework.monitor;

/** Hears what a monitor has to say to people. Called from several threads, one whole line each time. */
@FunctionalInterface
public interface MonitorListener {
    /** Says nothing. */
    MonitorListener NONE = message -> {};

    /** What everybody should see: starts, ends, deaths, refusals, trouble with the database. */
    void says(String message);

    /** What helps to find a fault: each duty that failed with its stack trace, each worker's own output. */
    default void details(String message) {}
}
