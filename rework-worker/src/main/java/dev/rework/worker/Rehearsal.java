package dev.rework.worker;

import dev.rework.internal.RegistrationIndex;
import dev.rework.internal.RetryDelay;
import java.util.List;

/** The operation of a worker that only trains. Public because operations are. */
public final class Rehearsal {
    static final Served.Operation OPERATION = new Served.Operation(
            0,
            new RegistrationIndex.Entry("rehearse", Rehearsal.class.getName(), "rehearse", List.of(), null, null, ""),
            0,
            0,
            new RetryDelay(0, 0, 0),
            false);

    private Rehearsal() {}

    /** Prints a line, as tasks do. */
    public static void rehearse() {
        System.out.println("rehearsed");
    }
}
