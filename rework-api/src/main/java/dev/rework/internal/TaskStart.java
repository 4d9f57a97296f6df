package dev.rework.internal;

import dev.rework.Moment;
import java.time.ZonedDateTime;
import java.util.Map;

/** The start of a task, which the moments of its input refer to. */
public interface TaskStart {
    /** When this attempt starts, in the zone of the worker. */
    ZonedDateTime now();

    /**
     * Keeps what the moments of the input mean, unless an earlier attempt did.
     *
     * @param moments by their paths in the input, each evaluated
     * @return what counts, by the same paths
     * @throws Exception when it cannot be kept; then the task must not go on
     */
    Map<String, Moment> keep(Map<String, Moment> moments) throws Exception;

    /** One that keeps nothing. */
    static TaskStart at(ZonedDateTime now) {
        return new TaskStart() {
            @Override
            public ZonedDateTime now() {
                return now;
            }

            @Override
            public Map<String, Moment> keep(Map<String, Moment> moments) {
                return moments;
            }
        };
    }
}
