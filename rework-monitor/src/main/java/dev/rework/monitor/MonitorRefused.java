package dev.rework.monitor;

/** A monitor cannot start, because another one serves its host and domain. The message names it. */
public final class MonitorRefused extends RuntimeException {
    private static final long serialVersionUID = 1;

    MonitorRefused(String message) {
        super(message);
    }
}
