package dev.rework.worker;

import java.sql.SQLException;
import java.util.function.Consumer;

/** Says that the database is away, in the monitor's log; not while a task runs, whose log that is not. */
final class Trouble implements Consumer<SQLException> {
    private final Pipe pipe;
    private final Hand hand;

    Trouble(Pipe pipe, Hand hand) {
        this.pipe = pipe;
        this.hand = hand;
    }

    @Override
    public void accept(SQLException e) {
        if (hand.running() == null) {
            LineStream.log(pipe, "rework.worker", "WARNING", "the database fails, trying again: " + Failure.line(e));
        }
    }
}
