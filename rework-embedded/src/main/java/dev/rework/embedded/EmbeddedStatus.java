package dev.rework.embedded;

import java.nio.file.Path;

/**
 * What is known of an embedded Postgres without connecting to it.
 *
 * @param state where it stands
 * @param data its data folder, which exists unless the state is {@link State#ABSENT}
 * @param pid its process, 0 when it does not run
 * @param port the port it listens on, or will listen on; 0 when none was chosen yet
 */
public record EmbeddedStatus(State state, Path data, long pid, int port) {

    /** Where an embedded Postgres stands. */
    public enum State {
        /** Never started in this home. */
        ABSENT,
        /** It has data and no process. */
        STOPPED,
        /** Its process runs and does not take connections yet. */
        STARTING,
        /** It takes connections. */
        RUNNING
    }
}
