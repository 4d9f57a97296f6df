package dev.rework.monitor;

import java.nio.file.Path;
import java.util.List;

/**
 * The class path of workers: ours in front (API, SQL, worker, driver), then the user's, then the libraries that serve users
 * who bring none (logging, JSON, pools). Found where this process's own classes were loaded from.
 *
 * @param front before the user's
 * @param fallback after the user's
 */
public record WorkerClasspath(List<Path> front, List<Path> fallback) {

    /**
     * As this process was started: jars of a distribution or class folders of a build.
     *
     * @throws IllegalStateException when a part that workers cannot do without is missing
     */
    public static WorkerClasspath ofThisProcess() {
        throw new UnsupportedOperationException("coming");
    }

    /** The value of {@code -cp}. */
    public String with(List<Path> users) {
        throw new UnsupportedOperationException("coming" + users);
    }
}
